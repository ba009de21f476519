import Foundation

/// How unlikely a mean of independent scores is: the mean of w of them is at or beyond m with a probability of at most
/// exp(-w · rate(m)) (H. Cramér, Sur un nouveau théorème-limite de la théorie des probabilités, 1938). It is also the
/// logarithm of the best likelihood ratio per event against the exponentially tilted reference, so for normal scores that of
/// a shifted mean, for squares that of a changed variance, and for a share that of another share, however rare.
struct TiltedRate: Sendable {
    private static let points = 512
    private let low: Double
    private let inverseStep: Double
    private let rates: [Double]

    /// - Parameters:
    ///   - scores: one a cell.
    ///   - shares: how often each has been seen, not negative; they sum to 1, and the mean of the scores is 0.
    init(scores: [Double], shares: [Double]) {
        let used = zip(scores, shares).filter { $0.1 > 0 }
        let low = used.map(\.0).min() ?? 0, high = used.map(\.0).max() ?? 0
        self.low = low
        guard high > low else {
            (inverseStep, rates) = (0, [0])
            return
        }
        // The mean under a tilt, and what it costs, from the smallest mean to the largest.
        let sweep = 200, reach = 40 / (high - low)
        var curve: [(mean: Double, rate: Double)] = []
        for index in -sweep...sweep {
            let tilt = reach * sinh(4 * Double(index) / Double(sweep)) / sinh(4)
            let shift = max(tilt * low, tilt * high)
            var mass = 0.0, moment = 0.0
            for (score, share) in used {
                let weight = share * exp(tilt * score - shift)
                mass += weight
                moment += weight * score
            }
            let mean = moment / mass
            curve.append((mean, max(0, tilt * mean - log(mass) - shift)))
        }
        let step = (high - low) / Double(Self.points - 1)
        inverseStep = 1 / step
        var position = 0
        rates = (0..<Self.points).map { point in
            let mean = low + Double(point) * step
            while position + 1 < curve.count - 1, curve[position + 1].mean < mean { position += 1 }
            let (left, right) = (curve[position], curve[position + 1])
            let width = right.mean - left.mean
            guard width > 0 else { return left.rate }
            let part = min(max((mean - left.mean) / width, 0), 1)
            return left.rate + part * (right.rate - left.rate)
        }
    }

    /// The rate of the most extreme mean.
    var largest: Double { max(rates[0], rates[rates.count - 1]) }

    /// The rate of a mean.
    @inline(__always)
    func callAsFunction(_ mean: Double) -> Double {
        let place = (mean - low) * inverseStep
        guard place > 0 else { return rates[0] }
        let index = Int(place)
        guard index + 1 < rates.count else { return rates[rates.count - 1] }
        let part = place - Double(index)
        return rates[index] + part * (rates[index + 1] - rates[index])
    }
}
