import Foundation

/// The standard normal distribution.
enum NormalDistribution {
    /// The quantile: the x with P(X ≤ x) = `probability`. To about 1e-9 relative, by Newton steps on `erfc` from a starting
    /// value of Hastings (Approximations for Digital Computers, 1955, sheet 67).
    ///
    /// - Parameter probability: between 0 and 1, exclusive; beyond, ±∞.
    static func quantile(_ probability: Double) -> Double {
        guard probability > 0 else { return -.infinity }
        guard probability < 1 else { return .infinity }
        let tail = min(probability, 1 - probability)
        let t = (-2 * log(tail)).squareRoot()
        let start = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
        var x = t - start
        for _ in 0..<3 {
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            x += (erfc(x / 2.0.squareRoot()) / 2 - tail) / density
        }
        return probability < 0.5 ? -x : x
    }
}
