import Foundation
import Primitives

/// The set of categorical distributions that count as "no drift": every bin's probability may lie anywhere in the exact
/// interval that the finite reference sample leaves open, widened by a tolerance below which a shift does not matter.
///
/// Both corrections are thus part of the null hypothesis itself. A small reference makes the box wide (it cannot cause
/// false alarms, only slower true ones); a shift smaller than the tolerance stays inside for ever, however many requests
/// there are.
package struct ToleranceBox: Sendable, Codable, Hashable {
    /// The least probability of each bin.
    package let lower: [Double]
    /// The greatest probability of each bin.
    package let upper: [Double]

    /// The box around a reference sample.
    ///
    /// - Parameters:
    ///   - counts: the reference sample's counts by bin.
    ///   - missProbability: with at most this probability some bin's true share lies outside its interval (Bonferroni over
    ///     the bins of exact Clopper-Pearson intervals).
    ///   - tolerance: absolute shift of one bin's share that is still no drift.
    package init(counts: [Int], missProbability: Double, tolerance: Double) {
        let total = counts.reduce(0, +)
        let intervals = counts.map {
            BinomialInterval.exact($0, of: total, error: missProbability / Double(max(1, counts.count)))
        }
        lower = intervals.map { max(0, $0.lower - tolerance) }
        upper = intervals.map { min(1, $0.upper + tolerance) }
    }

    /// The largest log-likelihood (natural) that a distribution in the box gives to `counts`.
    ///
    /// The maximiser is pₖ = clip(μ·cₖ, lowerₖ, upperₖ) with the μ that makes the sum 1 (water filling): found by Newton
    /// steps on a piecewise linear function, kept inside a bisection bracket.
    package func largestLogLikelihood(of counts: [Int]) -> Double {
        let best = largestWeight(counts)
        var likelihood = 0.0
        for (index, count) in counts.enumerated() where count > 0 {
            likelihood += Double(count) * log(min(max(best * Double(count), lower[index]), upper[index]))
        }
        return likelihood
    }

    private func largestWeight(_ counts: [Int]) -> Double {
        var low = 0.0, high = 0.0, total = 0
        for (index, count) in counts.enumerated() where count > 0 {
            high = max(high, upper[index] / Double(count))
            total += count
        }
        if total == 0 || sum(at: high, counts).mass <= 1 { return high }
        var weight = min(high, 1 / Double(total))
        for _ in 0..<100 {
            let (mass, slope) = sum(at: weight, counts)
            if abs(mass - 1) < 1e-12 { break }
            if mass < 1 { low = weight } else { high = weight }
            let next = weight + (1 - mass) / slope
            weight = slope > 0 && next > low && next < high ? next : (low + high) / 2
        }
        return weight
    }

    private func sum(at weight: Double, _ counts: [Int]) -> (mass: Double, slope: Double) {
        var mass = 0.0, slope = 0.0
        for index in counts.indices {
            let value = weight * Double(counts[index])
            if value <= lower[index] {
                mass += lower[index]
            } else if value >= upper[index] {
                mass += upper[index]
            } else {
                mass += value
                slope += Double(counts[index])
            }
        }
        return (mass, slope)
    }
}
