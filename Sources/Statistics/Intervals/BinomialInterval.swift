import Foundation

/// An interval for an unknown share, from a count.
package struct BinomialInterval: Sendable, Codable, Hashable {
    /// The least plausible share.
    package let lower: Double
    /// The greatest plausible share.
    package let upper: Double

    /// Wilson's score interval (1927), for showing a share with its uncertainty.
    ///
    /// - Parameter z: the normal quantile; 1.96 for 95 %.
    package static func wilson(_ count: Int, of total: Int, z: Double = 1.959963984540054) -> BinomialInterval {
        guard total > 0 else { return BinomialInterval(lower: 0, upper: 1) }
        let n = Double(total), p = Double(count) / n, z2 = z * z
        let middle = (p + z2 / (2 * n)) / (1 + z2 / n)
        let half = z / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).squareRoot()
        return BinomialInterval(lower: max(0, middle - half), upper: min(1, middle + half))
    }

    /// The exact interval of Clopper and Pearson (1934): it misses the true share with probability at most `error`,
    /// whatever that share and the total are.
    package static func exact(_ count: Int, of total: Int, error: Double) -> BinomialInterval {
        guard total > 0 else { return BinomialInterval(lower: 0, upper: 1) }
        let k = Double(count), rest = Double(total - count)
        return BinomialInterval(
            lower: count == 0 ? 0 : IncompleteBeta.quantile(k, rest + 1, error / 2),
            upper: count == total ? 1 : IncompleteBeta.quantile(k + 1, rest, 1 - error / 2)
        )
    }
}
