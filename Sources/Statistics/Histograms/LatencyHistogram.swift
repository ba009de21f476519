import Primitives

/// Durations in microseconds, in log-linear buckets: 32 a power of two, so a quantile is off by at most 1/32 of its value
/// (3.2 %), from 1 µs to 2⁴⁰ µs (12 days), in a few kilobytes. Histograms merge by adding, so a minute's are an hour's.
package struct LatencyHistogram: Sendable, Hashable {
    private static let subBuckets = 32
    private static let subBits = 5
    private static let largest = 1 << 40
    private var counts: [Int: Int] = [:]
    /// Durations counted.
    package private(set) var total = 0

    /// An empty histogram.
    package init() {}

    /// Counts one duration; negative ones count as 0, ones above 2⁴⁰ µs as that.
    package mutating func add(microseconds: Int) {
        counts[Self.bucket(of: min(max(0, microseconds), Self.largest)), default: 0] += 1
        total += 1
    }

    /// Adds another histogram's counts.
    package mutating func merge(_ other: LatencyHistogram) {
        counts.merge(other.counts, uniquingKeysWith: +)
        total += other.total
    }

    /// The duration that a share `q` of all do not exceed, in microseconds, rounded up to its bucket's end; nil when empty.
    package func quantile(_ q: Double) -> Int? {
        guard total > 0 else { return nil }
        let rank = max(1, Int((Double(total) * min(1, max(0, q))).rounded(.up)))
        var seen = 0
        for bucket in counts.keys.sorted() {
            seen += counts[bucket] ?? 0
            if seen >= rank { return Self.upperEnd(of: bucket) }
        }
        return nil
    }

    /// Values below 32 have a bucket each; above, the exponent and the next five bits choose it.
    private static func bucket(of value: Int) -> Int {
        if value < subBuckets { return value }
        let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
        let shift = exponent - subBits
        return (shift + 1) * subBuckets + (value >> shift) - subBuckets
    }

    private static func upperEnd(of bucket: Int) -> Int {
        if bucket < subBuckets { return bucket }
        let shift = bucket / subBuckets - 1
        return ((bucket % subBuckets + subBuckets + 1) << shift) - 1
    }
}

extension LatencyHistogram: Codable {
    private enum CodingKeys: String, CodingKey { case buckets, counts }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let buckets = try container.decode([Int].self, forKey: .buckets)
        let values = try container.decode([Int].self, forKey: .counts)
        let last = Self.bucket(of: Self.largest)
        guard buckets.count == values.count, buckets.allSatisfy({ (0...last).contains($0) }),
            values.allSatisfy({ $0 > 0 })
        else {
            throw PlatformError(.invalidHistogram, "A latency histogram's buckets and counts do not match.")
        }
        counts = Dictionary(zip(buckets, values), uniquingKeysWith: +)
        total = values.reduce(0, +)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        let buckets = counts.keys.sorted()
        try container.encode(buckets, forKey: .buckets)
        try container.encode(buckets.map { counts[$0] ?? 0 }, forKey: .counts)
    }
}
