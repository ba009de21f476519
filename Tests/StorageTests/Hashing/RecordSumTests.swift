import Primitives
import Storage
import Testing

@Suite struct RecordSumTests {
    private func sum(_ points: [(String, Int64, Int64, Double?)]) -> RecordSum {
        var sum = RecordSum()
        for (key, timestamp, step, value) in points {
            sum.add(key: key, timestamp: timestamp, step: step, value: value)
        }
        return sum
    }

    @Test func `Order does not count, everything else does`() {
        let base = sum([("a", 1, 2, 0.5), ("b", 1, 2, nil)])
        #expect(base == sum([("b", 1, 2, nil), ("a", 1, 2, 0.5)]))
        #expect(base.hex.count == 64)
        for other in [
            sum([("a", 1, 2, 0.5)]), sum([("a", 1, 2, 0.5), ("b", 1, 2, nil), ("b", 1, 2, nil)]),
            sum([("a", 1, 2, 0.5), ("b", 1, 2, 0)]), sum([("a", 2, 1, 0.5), ("b", 1, 2, nil)]),
            sum([("b", 1, 2, 0.5), ("a", 1, 2, nil)]),
        ] {
            #expect(base != other)
            #expect(base.hex != other.hex)
        }
    }
}
