import Testing

@testable import Serving

struct StickyHashTests {
    @Test func `A key stands where it always stood`() {
        // Fixed values: a change would move every caller to another arm.
        #expect(StickyHash.place(endpoint: "intent", key: "a") == StickyHash.place(endpoint: "intent", key: "a"))
        #expect(StickyHash.place(endpoint: "intent", key: "a") != StickyHash.place(endpoint: "other", key: "a"))
        #expect(StickyHash.place(endpoint: "intent", key: "a") != StickyHash.place(endpoint: "inten", key: "ta"))
    }

    @Test func `Places are spread evenly, also those of keys that are alike`() {
        var tenths = [Int](repeating: 0, count: 10)
        for number in 0..<100_000 {
            tenths[Int(StickyHash.place(endpoint: "intent", key: "user-\(number)") * 10)] += 1
        }
        // Nine degrees of freedom; 27.9 is exceeded by chance once in a thousand.
        let chiSquare = tenths.reduce(0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
        #expect(chiSquare < 27.9, "\(tenths)")
    }

    @Test func `An arm is as wide as its weight`() {
        var counts = [0, 0, 0]
        for number in 0..<20_000 {
            let place = StickyHash.place(endpoint: "intent", key: "\(number)")
            counts[StickyHash.arm(at: place, weights: [90, 0, 10])] += 1
        }
        #expect(counts[1] == 0)
        #expect(abs(Double(counts[2]) / 20_000 - 0.1) < 0.01)
        #expect(StickyHash.arm(at: 0.999_999_999, weights: [1, 1, 0]) == 1)
    }
}
