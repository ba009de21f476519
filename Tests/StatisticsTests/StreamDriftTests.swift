import Foundation
import Primitives
import Statistics
import Testing

@Suite struct StreamDriftTests {
    /// A seeded source of normal numbers (xorshift and the polar method), so that every run sees the same streams.
    private struct Normal {
        var state: UInt64
        var spare: Double?

        init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

        mutating func uniform() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) / Double(1 << 53)
        }

        mutating func next() -> Double {
            if let spare {
                self.spare = nil
                return spare
            }
            while true {
                let u = 2 * uniform() - 1, v = 2 * uniform() - 1
                let s = u * u + v * v
                guard s > 0, s < 1 else { continue }
                let factor = (-2 * log(s) / s).squareRoot()
                spare = v * factor
                return u * factor
            }
        }
    }

    private static func alarms(
        _ count: Int,
        seed: UInt64,
        reference: Int = 2_000,
        _ event: (Int, inout Normal) -> Double
    ) throws -> [StreamScan.Alarm] {
        var source = Normal(seed: seed)
        return try StreamScan((0..<count).map { event($0, &source) }, reference: reference).alarms
    }

    @Test func `streams that stay what they were raise no alarm`() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            #expect(try Self.alarms(10_000, seed: seed) { $1.next() }.isEmpty)
            #expect(try Self.alarms(10_000, seed: seed) { $1.uniform() < 0.05 ? 1 : 0 }.isEmpty)
            #expect(try Self.alarms(10_000, seed: seed) { exp($1.next() * 0.6) * 40 }.isEmpty)
        }
    }

    @Test func `a memory or a season that the reference shows is no drift`() throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var last = 0.0
            let memory = try Self.alarms(10_000, seed: seed) { _, source in
                last = 0.5 * last + source.next()
                return last
            }
            let season = try Self.alarms(10_000, seed: seed) { 0.5 * sin(Double($0) * 2 * .pi / 500) + $1.next() }
            #expect(memory.isEmpty && season.isEmpty, "seed \(seed)")
        }
    }

    @Test(arguments: [
        (StreamReference.Aspect.location, 250), (.spread, 250), (.shape, 250), (.missing, 150),
    ])
    func `each way to change is found soon and called by its name`(_ aspect: StreamReference.Aspect, _ soon: Int) throws
    {
        var named = 0
        for seed in 1...5 as ClosedRange<UInt64> {
            let alarms = try Self.alarms(6_000, seed: seed) { event, source in
                let value = source.next()
                if event < 4_000 { return value }
                switch aspect {
                case .location: return value + 0.5
                case .spread: return value * 2.0.squareRoot()
                case .shape: return (source.uniform() < 0.5 ? -0.9 : 0.9) + value * 0.436
                default: return source.uniform() < 0.2 ? .nan : value
                }
            }
            let first = try #require(alarms.first)
            #expect((4_000..<4_000 + soon).contains(first.event), "seed \(seed): at \(first.event)")
            #expect(abs(first.since - 4_000) < soon)
            if first.aspect == aspect { named += 1 }
        }
        // An early alarm has seen few of the new values, and may be convinced by another aspect first.
        #expect(named >= 4)
    }

    @Test func `a share that doubles is found, however rare it was`() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let alarms = try Self.alarms(10_000, seed: seed) { event, source in
                source.uniform() < (event < 4_000 ? 0.02 : 0.06) ? 1 : 0
            }
            #expect(try (4_000..<5_000).contains(#require(alarms.first).event))
        }
    }

    @Test func `one wild value hides nothing, and a burst of them is no drift`() throws {
        for seed in 1...5 as ClosedRange<UInt64> {
            let alarms = try Self.alarms(6_000, seed: seed) { event, source in
                let value = source.next()
                return event == 4_010 ? 1e4 : event >= 4_000 ? value + 1 : value
            }
            #expect(try (4_000..<4_100).contains(#require(alarms.first).event))
            let burst = try Self.alarms(6_000, seed: seed) { event, source in
                let value = source.next()
                return (3_000..<3_005).contains(event) ? value + 8 : value
            }
            #expect(burst.isEmpty)
        }
    }

    @Test func `a constant that becomes another one is found, and one that stays is not`() throws {
        #expect(try StreamScan([Double](repeating: 7, count: 5_000), reference: 1_000).alarms.isEmpty)
        let changed = [Double](repeating: 7, count: 3_000) + [Double](repeating: 7.001, count: 100)
        let first = try #require(try StreamScan(changed, reference: 1_000).alarms.first)
        #expect((3_000..<3_070).contains(first.event))
        #expect(first.aspect == .location && first.effect > 0)
    }

    @Test func `infinities and columns without any value have an answer`() throws {
        #expect(try StreamScan([Double](repeating: .nan, count: 3_000), reference: 1_000).alarms.isEmpty)
        let back = [Double](repeating: .nan, count: 2_000) + (0..<200).map(Double.init)
        #expect(try #require(try StreamScan(back, reference: 1_000).alarms.first).aspect == .missing)
        let infinite = try Self.alarms(6_000, seed: 1) { $0 < 4_000 ? $1.next() : .infinity }
        #expect(try (4_000..<4_070).contains(#require(infinite.first).event))
    }

    @Test func `references that are too small, and series that end with them, are refused`() throws {
        #expect(throws: PlatformError.self) { try StreamReference([Double](repeating: 1, count: 49)) }
        #expect(throws: PlatformError.self) { try StreamScan([1, 2, 3], reference: 50) }
    }

    @Test func `an event costs the same after a million as after a thousand`() throws {
        var source = Normal(seed: 3)
        var detector = StreamDriftDetector(try StreamReference((0..<2_000).map { _ in source.next() }))
        var held: [Int] = []
        for event in 1...100_000 {
            _ = detector.add(source.next())
            if event == 10_000 || event == 100_000 { held.append(detector.windows) }
        }
        #expect(held[0] == held[1] && held[0] < 120)
    }
}
