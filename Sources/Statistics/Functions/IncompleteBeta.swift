import Foundation

/// The regularised incomplete beta function and its inverse, from which exact binomial intervals follow.
/// Continued fraction as in DLMF §8.17(v) (https://dlmf.nist.gov/8.17).
package enum IncompleteBeta {
    private static let maximumTerms = 10_000

    /// I_x(a, b). Not a number outside a > 0, b > 0, 0 ≤ x ≤ 1.
    package static func regularized(_ a: Double, _ b: Double, _ x: Double) -> Double {
        guard a > 0, b > 0, (0...1).contains(x) else { return .nan }
        if x == 0 || x == 1 { return x }
        let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        if x < (a + 1) / (a + b + 2) { return front * fraction(a, b, x) / a }
        return 1 - front * fraction(b, a, 1 - x) / b
    }

    /// The x at which I_x(a, b) reaches `probability`, by bisection to the last bit or so.
    package static func quantile(_ a: Double, _ b: Double, _ probability: Double) -> Double {
        var low = 0.0, high = 1.0
        for _ in 0..<200 {
            let middle = (low + high) / 2
            if middle == low || middle == high { break }
            if regularized(a, b, middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }

    private static func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / guarded(1 - (a + b) * x / (a + 1))
        var h = d
        for index in 1...maximumTerms {
            let m = Double(index)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / guarded(1 + even * d)
            c = guarded(1 + even / c)
            h *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / guarded(1 + odd * d)
            c = guarded(1 + odd / c)
            let step = d * c
            h *= step
            if abs(step - 1) < 1e-16 { break }
        }
        return h
    }
}
