import Foundation

/// Where the values of one axis lie, 0…1 from its start: numbers on a linear or logarithmic axis, or words side by side.
struct Scale: Sendable, Hashable {
    /// One tick.
    struct Tick: Sendable, Hashable {
        let place: Double
        let text: String
    }

    /// In order.
    let ticks: [Tick]
    /// Whether the axis is logarithmic.
    let isLogarithmic: Bool
    private let form: Form

    private enum Form: Sendable, Hashable {
        case linear(Axis)
        /// Decimal exponents of the ends.
        case logarithmic(Double, Double)
        case words([String: Double])
    }

    private init(_ form: Form, ticks: [Tick]) {
        self.form = form
        self.ticks = ticks
        if case .logarithmic = form { isLogarithmic = true } else { isLogarithmic = false }
    }

    /// An axis of numbers. A logarithmic one shows what is above zero; without any such value it is linear.
    ///
    /// - Parameters:
    ///   - count: about how many ticks.
    ///   - round: whether the ends are widened to ticks.
    init(numbers: [Double], isLogarithmic: Bool = false, count: Int = 4, round: Bool = true) {
        let positive = isLogarithmic ? numbers.filter { $0 > 0 && $0 < 1e300 } : []
        guard let low = positive.min(), let high = positive.max() else {
            let axis = Axis(covering: numbers, count: count, round: round)
            self.init(
                .linear(axis),
                ticks: axis.ticks.map { Tick(place: axis.place($0), text: Wording.number($0)) }
            )
            return
        }
        var start = log10(low), end = log10(high)
        if end - start < 0.05 {
            start -= 0.25
            end += 0.25
        } else if round, end - start > 1 {
            start = start.rounded(.down)
            end = end.rounded(.up)
        }
        self.init(.logarithmic(start, end), ticks: Self.decades(from: start, to: end))
    }

    /// An axis of words in their order; each stands in the middle of its share.
    init(words: [String]) {
        let distinct = Array(Set(words)).sorted { $0.localizedStandardCompare($1) == .orderedAscending }
        let places = distinct.enumerated().map { ($1, (Double($0) + 0.5) / Double(distinct.count)) }
        let stride = max(1, (distinct.count + 11) / 12)
        self.init(
            .words(Dictionary(places, uniquingKeysWith: { first, _ in first })),
            ticks: places.enumerated().filter { $0.offset % stride == 0 }.map {
                Tick(place: $0.element.1, text: $0.element.0)
            }
        )
    }

    /// Where a number lies; nil for one that the axis cannot show.
    func place(_ value: Double) -> Double? {
        guard value.isFinite else { return nil }
        switch form {
        case .linear(let axis): return axis.place(value)
        case .logarithmic(let low, let high):
            return value > 0 ? min(1, max(0, (log10(value) - low) / (high - low))) : nil
        case .words: return nil
        }
    }

    /// Where a word lies; nil for one that the axis does not have.
    func place(word: String) -> Double? {
        if case .words(let places) = form { return places[word] }
        return nil
    }

    private static func decades(from low: Double, to high: Double) -> [Tick] {
        let whole = Array(Int(low.rounded(.down))...Int(high.rounded(.up)))
        let factors: [Double] = high - low > 2 ? [1] : high - low > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8]
        let stride = max(1, whole.count / 7)
        let values = whole.enumerated().filter { $0.offset % stride == 0 }.flatMap { entry in
            factors.map { log10($0) + Double(entry.element) }
        }
        return values.filter { $0 >= low - 1e-9 && $0 <= high + 1e-9 }.map {
            Tick(place: ($0 - low) / (high - low), text: Wording.number(pow(10, $0)))
        }
    }
}
