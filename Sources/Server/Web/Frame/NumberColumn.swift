import Foundation

/// Writes the numbers of one column or axis with one count of decimals, so that their points stand under each other.
struct NumberColumn: Sendable, Hashable {
    /// Decimals of every number; nil where the sizes differ too much for one form.
    private let decimals: Int?

    /// Looks at the numbers that will be written; what is not finite does not count.
    init(_ values: some Sequence<Double>) {
        let sizes = values.filter(\.isFinite).map(abs)
        let largest = sizes.max() ?? 0
        let smallest = sizes.filter { $0 > 0 }.min() ?? 0
        if largest < 1e9, sizes.allSatisfy({ $0 == $0.rounded() }) {
            decimals = 0
        } else if largest >= 1e6 {
            decimals = nil
        } else {
            let places = largest >= 1000 ? 1 : largest >= 100 ? 2 : largest >= 10 ? 3 : 4
            decimals = smallest >= 5 * pow(10, -Double(places)) ? places : nil
        }
    }

    /// A number in the column's form.
    func text(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
        guard let decimals else { return Wording.number(value) }
        return decimals == 0 ? Wording.count(Int64(value)) : String(format: "%.\(decimals)f", value)
    }
}
