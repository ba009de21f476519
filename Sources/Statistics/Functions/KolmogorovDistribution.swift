import Foundation

/// The limit distribution of √n times the Kolmogorov-Smirnov statistic (Kolmogorov 1933; DLMF has no entry, the two series
/// are those of Marsaglia, Tsang and Wang, Journal of Statistical Software 8(18), 2003).
package enum KolmogorovDistribution {
    /// The probability of a value above `x`.
    package static func upper(_ x: Double) -> Double {
        if x <= 0 { return 1 }
        if x < 1 {
            // The theta-function form converges fast where the alternating series does not.
            var sum = 0.0
            for k in stride(from: 1.0, through: 19.0, by: 2.0) { sum += exp(-k * k * .pi * .pi / (8 * x * x)) }
            return 1 - (2 * .pi).squareRoot() / x * sum
        }
        var sum = 0.0
        for k in 1...20 {
            let term = exp(-2 * Double(k * k) * x * x)
            sum += k.isMultiple(of: 2) ? -term : term
        }
        return min(1, max(0, 2 * sum))
    }
}
