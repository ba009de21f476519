import Foundation
import Primitives

/// A bet against "no drift" on one feature: the likelihood of a window's counts under a betting distribution, divided by
/// the largest likelihood that any distribution in the tolerance box gives them.
///
/// The bettor mixes three Dirichlet priors in equal parts: one half a bin (Krichevsky and Trofimov 1981), which learns any
/// shift; 1/K a bin (Perks 1947), which learns a collapse onto few bins sooner; and one centred at the reference with the
/// weight of 20 requests, which learns moderate shifts sooner. While requests are independent draws from a distribution in
/// the box, the expected value is at most 1 at any stopping time (universal inference: Wasserman, Ramdas and Balakrishnan,
/// PNAS 117(29), 2020), so a large value is evidence of a certain strength and not of patience.
package struct CategoricalBet: Sendable, Codable, Hashable {
    /// The requests that the prior around the reference is worth.
    package static let centredWeight = 20.0
    private let box: ToleranceBox
    private let priors: [[Double]]

    /// A bet against the box around `reference`.
    package init(reference: [Int], missProbability: Double, tolerance: Double) {
        box = ToleranceBox(counts: reference, missProbability: missProbability, tolerance: tolerance)
        let bins = Double(reference.count), total = Double(reference.reduce(0, +)) + bins / 2
        priors = [
            reference.map { _ in 0.5 },
            reference.map { _ in 1 / bins },
            reference.map { Self.centredWeight * (Double($0) + 0.5) / total },
        ]
    }

    /// The natural logarithm of the bet's value after a window with these counts. 0 for an empty window.
    package func logValue(of counts: [Int]) -> Double {
        let total = Double(counts.reduce(0, +))
        if total == 0 { return 0 }
        let logs = priors.map { prior in
            var sum = 0.0, weight = 0.0
            for (count, alpha) in zip(counts, prior) {
                weight += alpha
                if count > 0 { sum += lgamma(Double(count) + alpha) - lgamma(alpha) }
            }
            return sum + lgamma(weight) - lgamma(weight + total)
        }
        return LogSum.of(logs) - log(Double(priors.count)) - box.largestLogLikelihood(of: counts)
    }
}

/// Sums of numbers given by their logarithms.
enum LogSum {
    /// log Σ exp(xᵢ) without overflow; −∞ for none.
    static func of(_ logs: some Sequence<Double>) -> Double {
        let values = Array(logs)
        guard let top = values.max(), top > -.infinity else { return -.infinity }
        return top + log(values.reduce(0) { $0 + exp($1 - top) })
    }
}
