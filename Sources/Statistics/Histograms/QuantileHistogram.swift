import Primitives

/// A histogram whose bins are cut at quantiles of a reference sample, with an overflow bin at each end.
///
/// With edges e₀ < … < eₘ the bins are (−∞, e₀], (e₀, e₁], …, (eₘ₋₁, eₘ], (eₘ, ∞). e₀ is the least and eₘ the greatest value
/// of the reference, so one broken reading of 10⁹ falls in the last bin and cannot stretch the others, unlike bins of
/// equal width over the pooled range.
package struct QuantileHistogram: Sendable, Codable, Hashable {
    /// Cut points, ascending, without repeats; at least one.
    package let edges: [Double]
    /// Observations in each bin; `edges.count + 1` of them.
    package private(set) var counts: [Int]

    /// An empty histogram with given edges.
    ///
    /// - Throws: `invalid_histogram` when the edges are empty, not finite or not ascending.
    package init(edges: [Double]) throws {
        try self.init(edges: edges, counts: [Int](repeating: 0, count: edges.count + 1))
    }

    /// A histogram as it was stored.
    ///
    /// - Throws: `invalid_histogram` when edges are empty, not finite or not ascending, or a count is negative or missing.
    package init(edges: [Double], counts: [Int]) throws {
        let ascending = zip(edges, edges.dropFirst()).allSatisfy { $0 < $1 }
        guard !edges.isEmpty, edges.allSatisfy(\.isFinite), ascending else {
            throw PlatformError(.invalidHistogram, "Histogram edges must be finite and ascending, at least one.")
        }
        guard counts.count == edges.count + 1, counts.allSatisfy({ $0 >= 0 }) else {
            throw PlatformError(
                .invalidHistogram,
                "A histogram with \(edges.count) edges needs \(edges.count + 1) counts, none of them negative."
            )
        }
        self.edges = edges
        self.counts = counts
    }

    /// The histogram of a sample, cut at `bins` equally frequent quantiles of that sample. Repeated quantiles (ties) are
    /// cut once, so there may be fewer bins.
    ///
    /// - Throws: `invalid_histogram` when the sample has no finite value.
    package init(sample: [Double], bins: Int) throws {
        let sorted = sample.filter(\.isFinite).sorted()
        guard let last = sorted.last else {
            throw PlatformError(.invalidHistogram, "A histogram needs at least one finite value.")
        }
        var edges: [Double] = []
        for step in 0..<max(1, bins) {
            let value = sorted[step * (sorted.count - 1) / max(1, bins)]
            if edges.last != value { edges.append(value) }
        }
        if edges.last != last { edges.append(last) }
        try self.init(edges: edges)
        for value in sorted { add(value) }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            edges: container.decode([Double].self, forKey: .edges),
            counts: container.decode([Int].self, forKey: .counts)
        )
    }

    /// All observations.
    package var total: Int { counts.reduce(0, +) }

    /// The bin of a value: how many edges lie below it. A value that is not a number goes to the last bin, so that it is
    /// seen and not lost.
    package func bin(of value: Double) -> Int {
        if value.isNaN { return edges.count }
        var low = 0, high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Counts one value.
    package mutating func add(_ value: Double) {
        counts[bin(of: value)] += 1
    }

    /// Adds the counts of a histogram with the same edges.
    ///
    /// - Throws: `invalid_histogram` when the edges differ.
    package mutating func merge(_ other: QuantileHistogram) throws {
        guard other.edges == edges else {
            throw PlatformError(.invalidHistogram, "Histograms with different edges cannot be merged.")
        }
        for index in counts.indices { counts[index] += other.counts[index] }
    }

    /// The same edges without any observation.
    package var emptied: QuantileHistogram {
        var copy = self
        for index in copy.counts.indices { copy.counts[index] = 0 }
        return copy
    }

    private enum CodingKeys: String, CodingKey { case edges, counts }
}

extension ErrorCode {
    /// Edges or counts that do not make a histogram.
    package static let invalidHistogram = ErrorCode("invalid_histogram", .invalidArgument)
}
