import Foundation

/// Where a value stands among those of a reference sample, in at most a few hundred cells.
///
/// A sample with few different values has a cell for each of them and for each gap between them, so that a value that was
/// never seen is told apart from its neighbours; one with many has cells of nearly equal counts, open at both ends. Only the
/// order of values counts: one wild value moves nothing.
package struct ReferenceScale: Sendable, Hashable, Codable {
    /// The most cells of equal counts.
    static let maximumCells = 256
    /// The most different values that get a cell each.
    static let maximumPoints = 128

    /// The borders of cells, or the values that have a cell, ascending.
    let cuts: [Double]
    /// Whether `cuts` are values and not borders.
    let isDiscrete: Bool
    /// The reference sample's counts; the last one is of values that are missing (not a number).
    let counts: [Int]

    /// - Parameter sample: in any order; what is not a number counts as missing.
    init(_ sample: [Double]) {
        let sorted = sample.filter { !$0.isNaN }.sorted()
        var points: [Double] = []
        for value in sorted where points.last != value {
            points.append(value)
            if points.count > Self.maximumPoints { break }
        }
        isDiscrete = points.count <= Self.maximumPoints
        if isDiscrete {
            cuts = points
        } else {
            let cells = min(Self.maximumCells, sorted.count / 4)
            var borders: [Double] = []
            for cell in 1..<cells {
                let border = sorted[cell * sorted.count / cells]
                if borders.last != border { borders.append(border) }
            }
            cuts = borders
        }
        var counts = [Int](repeating: 0, count: (isDiscrete ? 2 * cuts.count + 1 : cuts.count + 1) + 1)
        for value in sample { counts[Self.cell(of: value, cuts, isDiscrete)] += 1 }
        self.counts = counts
    }

    /// The number of cells, with the one for missing values.
    var cells: Int { counts.count }

    /// The cell of a value.
    func cell(of value: Double) -> Int { Self.cell(of: value, cuts, isDiscrete) }

    private static func cell(of value: Double, _ cuts: [Double], _ isDiscrete: Bool) -> Int {
        if value.isNaN { return isDiscrete ? 2 * cuts.count + 1 : cuts.count + 1 }
        return cuts.withUnsafeBufferPointer { cuts in
            // How many cuts are below the value (or equal to it, for borders), without a branch that depends on it.
            var base = 0, length = cuts.count
            while length > 0 {
                let half = (length + 1) / 2
                let isPast = isDiscrete ? cuts[base + half - 1] < value : cuts[base + half - 1] <= value
                base = isPast ? base + half : base
                length = isPast ? length - half : half - 1
            }
            guard isDiscrete else { return base }
            return base < cuts.count && cuts[base] == value ? 2 * base + 1 : 2 * base
        }
    }

    /// Each cell's place in the reference distribution, between 0 and 1: the middle of the ranks of its values. Nil for
    /// missing values.
    func ranks() -> [Double?] {
        let known = counts.dropLast()
        let total = Double(known.reduce(0, +))
        var below = 0.0
        var out: [Double?] = known.map { count in
            defer { below += Double(count) }
            return min(max((below + Double(count) / 2) / max(total, 1), 0.5 / (total + 1)), 1 - 0.5 / (total + 1))
        }
        out.append(nil)
        return out
    }
}
