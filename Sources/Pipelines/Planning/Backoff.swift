import Primitives

/// Delays between attempts: exponential with jitter, from a seed.
package enum Backoff {
    /// The longest delay: an hour.
    package static let maximumMilliseconds: Int64 = 3_600_000

    /// The longest delay that `milliseconds` gives.
    static func longest(_ policy: RetryPolicy, failures: Int) -> Int64 {
        let doublings = Double(1 << UInt64(min(max(failures - 1, 0), 30)))
        return Int64(min(policy.backoffSeconds * 1_500 * doublings, Double(maximumMilliseconds)))
    }

    /// The delay after a number of failures (from 1): `backoff × 2^(failures-1)`, plus up to half of it.
    package static func milliseconds(_ policy: RetryPolicy, failures: Int, seed: UInt64) -> Int64 {
        let doublings = Double(1 << UInt64(min(max(failures - 1, 0), 30)))
        var generator = SplitMix64(state: seed &+ UInt64(max(failures, 0)) &* 0x9E37_79B9_7F4A_7C15)
        let jitter = Double.random(in: 0..<0.5, using: &generator)
        return Int64(min(policy.backoffSeconds * 1_000 * doublings * (1 + jitter), Double(maximumMilliseconds)))
    }
}

/// Vigna's SplitMix64: small, seeded, good enough to spread retries.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
