import Foundation

/// A linear scale with round ticks.
struct Axis: Sendable, Hashable {
    /// The value at the axis' start.
    let low: Double
    /// The value at the axis' end; always above `low`.
    let high: Double
    /// Where the ticks stand, ascending, inside the axis.
    let ticks: [Double]

    /// Covers the values with about `count` ticks at 1, 2 or 5 times a power of ten.
    ///
    /// - Parameters:
    ///   - values: what is not finite is passed over; none gives 0…1.
    ///   - round: whether the ends are widened to the next tick (the y axis) or kept (the x axis).
    init(covering values: [Double], count: Int = 4, includeZero: Bool = false, round: Bool = true) {
        let finite = values.filter { $0.isFinite && abs($0) < 1e300 }
        var low = finite.min() ?? 0, high = finite.max() ?? 1
        if includeZero {
            low = min(low, 0)
            high = max(high, 0)
        }
        if high - low <= abs(high) * 1e-12 {
            let margin = high == 0 ? 1 : abs(high) * 0.1
            high += margin
            if !(includeZero && low == 0) { low -= margin }
        }
        let step = Self.step(for: (high - low) / Double(max(1, count)))
        if round {
            low = (low / step + 1e-9).rounded(.down) * step
            high = (high / step - 1e-9).rounded(.up) * step
        }
        self.low = low
        self.high = high
        var ticks: [Double] = []
        var index = (low / step - 1e-9).rounded(.up)
        while index * step <= high + step * 1e-9, ticks.count < 24 {
            ticks.append(index == 0 ? 0 : index * step)
            index += 1
        }
        self.ticks = ticks
    }

    /// Where a value lies, 0…1 from the start; values outside are held at the ends.
    func place(_ value: Double) -> Double {
        min(1, max(0, (value - low) / (high - low)))
    }

    private static func step(for rough: Double) -> Double {
        guard rough.isFinite, rough > 0 else { return 1 }
        let power = pow(10, log10(rough).rounded(.down))
        let ratio = rough / power
        return (ratio <= 1.0001 ? 1 : ratio <= 2.0001 ? 2 : ratio <= 5.0001 ? 5 : 10) * power
    }
}
