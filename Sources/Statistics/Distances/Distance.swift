import Foundation

/// Distances between two rows of counts over the same categories: effect sizes, which say how large a shift is, whatever
/// the number of observations. All are 0 for equal shares and not a number when a row is empty.
package enum Distance {
    /// Half the sum of absolute differences, 0 to 1: the share of requests that would have to change category.
    package static func totalVariation(_ first: [Int], _ second: [Int]) -> Double {
        let (p, q) = shares(first, second)
        return zip(p, q).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    }

    /// The Jensen-Shannon distance with base-2 logarithms, 0 to 1: the square root of the divergence, as scipy defines it.
    package static func jensenShannon(_ first: [Int], _ second: [Int]) -> Double {
        let (p, q) = shares(first, second)
        var sum = 0.0
        for (a, b) in zip(p, q) {
            let middle = (a + b) / 2
            if a > 0 { sum += a * log2(a / middle) }
            if b > 0 { sum += b * log2(b / middle) }
        }
        return max(0, sum / 2).squareRoot()
    }

    /// The population stability index. A category without observations counts as half of one, so that the index is finite.
    package static func populationStability(_ first: [Int], _ second: [Int]) -> Double {
        func smoothed(_ counts: [Int]) -> [Double] {
            let filled = counts.map { $0 == 0 ? 0.5 : Double($0) }
            let total = filled.reduce(0, +)
            return filled.map { $0 / total }
        }
        guard first.contains(where: { $0 > 0 }), second.contains(where: { $0 > 0 }) else { return .nan }
        return zip(smoothed(first), smoothed(second)).reduce(0) { $0 + ($1.0 - $1.1) * log($1.0 / $1.1) }
    }

    private static func shares(_ first: [Int], _ second: [Int]) -> ([Double], [Double]) {
        let m = Double(first.reduce(0, +)), n = Double(second.reduce(0, +))
        return (first.map { Double($0) / m }, second.map { Double($0) / n })
    }
}
