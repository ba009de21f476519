import Foundation
import Primitives

/// The two-sample Kolmogorov-Smirnov test, two-sided.
package enum KolmogorovSmirnov {
    /// Above this product of the sample sizes the p-value comes from the limit distribution instead of the exact count.
    package static let exactLimit = 10_000

    /// Tests whether two samples come from one continuous distribution.
    ///
    /// The p-value is exact (lattice paths, Hodges 1958) while the product of the sizes is at most 10,000; above, it is the
    /// limit with Stephens' correction for finite samples. Ties make it conservative.
    /// - Throws: `sample_too_small` when a sample has no finite value.
    package static func test(_ first: [Double], _ second: [Double]) throws -> TestResult {
        let a = first.filter(\.isFinite).sorted(), b = second.filter(\.isFinite).sorted()
        guard !a.isEmpty, !b.isEmpty else {
            throw PlatformError(.sampleTooSmall, "A Kolmogorov-Smirnov test needs a value in each sample.")
        }
        let distance = largestGap(a, b)
        let m = Double(a.count), n = Double(b.count)
        if a.count * b.count <= exactLimit {
            return TestResult(statistic: distance, pValue: exact(distance, a.count, b.count))
        }
        let root = (m * n / (m + n)).squareRoot()
        let scaled = (root + 0.12 + 0.11 / root) * distance
        return TestResult(statistic: distance, pValue: KolmogorovDistribution.upper(scaled))
    }

    private static func largestGap(_ a: [Double], _ b: [Double]) -> Double {
        var i = 0, j = 0, gap = 0.0
        while i < a.count, j < b.count {
            let value = min(a[i], b[j])
            while i < a.count, a[i] == value { i += 1 }
            while j < b.count, b[j] == value { j += 1 }
            gap = max(gap, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
        }
        return gap
    }

    /// The share of interleavings of m and n values whose gap reaches `distance`: the walk from (0,0) to (m,n), each step
    /// drawn with the probability of a random interleaving, must leave the band at some point.
    private static func exact(_ distance: Double, _ m: Int, _ n: Int) -> Double {
        let bound = distance - 1e-12
        var inside = [Double](repeating: 0, count: n + 1)
        for i in 0...m {
            for j in 0...n {
                if abs(Double(i) / Double(m) - Double(j) / Double(n)) >= bound {
                    inside[j] = 0
                } else if i == 0, j == 0 {
                    inside[j] = 1
                } else {
                    let steps = Double(i + j)
                    let fromAbove = i > 0 ? inside[j] * Double(i) / steps : 0
                    let fromLeft = j > 0 ? inside[j - 1] * Double(j) / steps : 0
                    inside[j] = fromAbove + fromLeft
                }
            }
        }
        return min(1, max(0, 1 - inside[n]))
    }
}

extension ErrorCode {
    /// A test was given too few observations.
    package static let sampleTooSmall = ErrorCode("sample_too_small", .invalidArgument)
}
