import Foundation
import Primitives
import Statistics
import Testing

@Suite struct HistogramTests {
    @Test func `values beyond the reference fall in the overflow bins`() throws {
        var histogram = try QuantileHistogram(edges: [1, 2, 4])
        for value in [-1e9, 1, 1.5, 2, 3, 4, 4.01, 1e9, .infinity, .nan] { histogram.add(value) }
        #expect(histogram.counts == [2, 2, 2, 4])
    }

    @Test func `one broken reading does not move the bins`() throws {
        let sample = (0..<1000).map { Double($0) }
        let clean = try QuantileHistogram(sample: sample, bins: 10)
        var live = clean.emptied
        for value in sample { live.add(value + 300) }
        let before = Distance.jensenShannon(clean.counts, live.counts)
        live.add(1e12)
        #expect(abs(Distance.jensenShannon(clean.counts, live.counts) - before) < 0.001)
        #expect(before > 0.4)
    }

    @Test func `ties are cut once`() throws {
        let histogram = try QuantileHistogram(sample: [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 1], bins: 4)
        #expect(histogram.edges == [0, 1])
        #expect(histogram.counts == [8, 2, 0])
    }

    @Test func `merging adds counts and refuses other edges`() throws {
        var first = try QuantileHistogram(edges: [0, 1], counts: [1, 2, 3])
        try first.merge(QuantileHistogram(edges: [0, 1], counts: [10, 0, 1]))
        #expect(first.counts == [11, 2, 4])
        let other = try QuantileHistogram(edges: [0, 2])
        #expect(throws: PlatformError.self) { try first.merge(other) }
    }

    @Test(arguments: [
        #"{"edges":[],"counts":[1]}"#, #"{"edges":[2,1],"counts":[1,1,1]}"#, #"{"edges":[1],"counts":[1]}"#,
    ])
    func `a stored histogram that makes no sense is refused`(json: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(QuantileHistogram.self, from: Data(json.utf8))
        }
    }

    @Test func `latency quantiles are within one thirty-second, merged or not`() throws {
        var left = LatencyHistogram(), right = LatencyHistogram(), all = LatencyHistogram()
        for value in 1...20_000 {
            all.add(microseconds: value * 7)
            if value.isMultiple(of: 3) { left.add(microseconds: value * 7) } else { right.add(microseconds: value * 7) }
        }
        left.merge(right)
        #expect(left == all)
        for q in [0.01, 0.5, 0.9, 0.99, 1.0] {
            let exact = (20_000 * q).rounded(.up) * 7
            let shown = Double(try #require(all.quantile(q)))
            #expect(shown >= exact && shown <= exact * (1 + 1.0 / 32))
        }
        let stored = try JSONDecoder().decode(LatencyHistogram.self, from: JSONEncoder().encode(all))
        #expect(stored == all)
    }

    @Test func `an empty latency histogram has no quantile and huge durations are kept within the last bucket`() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        histogram.add(microseconds: .max)
        histogram.add(microseconds: -5)
        #expect(histogram.quantile(0.5) == 0)
        #expect((histogram.quantile(1) ?? 0) >= 1 << 40)
    }
}
