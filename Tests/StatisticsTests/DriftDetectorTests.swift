import Foundation
import Primitives
import Statistics
import TestSupport
import Testing

extension SeededGenerator {
    mutating func bin(_ shares: [Double]) -> Int {
        var rest = Double.random(in: 0..<1, using: &self)
        for (index, share) in shares.enumerated() {
            rest -= share
            if rest < 0 { return index }
        }
        return shares.count - 1
    }

    mutating func sample(_ shares: [Double], _ count: Int) -> [Int] {
        var counts = shares.map { _ in 0 }
        for _ in 0..<count { counts[bin(shares)] += 1 }
        return counts
    }
}

@Suite struct DriftDetectorTests {
    private static let uniform = [Double](repeating: 0.1, count: 10)
    private static let skewed = [0.6, 0.2, 0.1, 0.05, 0.03, 0.01, 0.01]

    /// Requests until the alarm, or nil.
    private func run(
        _ detector: SequentialDriftDetector,
        _ count: Int,
        _ next: () -> [Int]
    ) -> (detector: SequentialDriftDetector, alarm: Int?) {
        var detector = detector
        for index in 1...count {
            if case .alarm = detector.add(next()) { return (detector, index) }
        }
        return (detector, nil)
    }

    private func detector(_ generator: inout SeededGenerator, reference: Int) throws -> SequentialDriftDetector {
        try SequentialDriftDetector(references: [
            .init(name: "uniform", counts: generator.sample(Self.uniform, reference)),
            .init(name: "skewed", counts: generator.sample(Self.skewed, reference)),
        ])
    }

    @Test func `steady streams raise no alarm, with small and with large references`() throws {
        var alarms = 0
        for seed in 0..<40 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let detector = try detector(&generator, reference: [120, 400, 2_000, 50_000][Int(seed % 4)])
            let outcome = run(detector, 4_000) { [generator.bin(Self.uniform), generator.bin(Self.skewed)] }
            if outcome.alarm != nil { alarms += 1 }
        }
        #expect(alarms == 0)
    }

    @Test func `without a tolerance the bound still holds, so that it is the evidence and not the floor that protects`()
        throws
    {
        var alarms = 0
        for seed in 100..<140 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let references = [SequentialDriftDetector.Reference(name: "f", counts: generator.sample(Self.uniform, 300))]
            let bare = DriftDetectorConfiguration(
                bound: .lifetime(probability: 0.05),
                referenceMissProbability: 0.05,
                tolerance: 0
            )
            let detector = try SequentialDriftDetector(references: references, configuration: bare)
            if run(detector, 3_000, { [generator.bin(Self.uniform)] }).alarm != nil { alarms += 1 }
        }
        #expect(alarms <= 4)
    }

    @Test(arguments: [(0, 48), (1_000, 96), (8_000, 96)])
    func `a strong shift is found within the stated number of requests, however long it was quiet`(
        quiet: Int,
        limit: Int
    ) throws {
        for seed in 0..<5 as Range<UInt64> {
            var generator = SeededGenerator(seed: 1_000 + seed)
            var detector = try detector(&generator, reference: 2_000)
            if quiet > 0 {
                let before = run(detector, quiet) { [generator.bin(Self.uniform), generator.bin(Self.skewed)] }
                try #require(before.alarm == nil)
                detector = before.detector
            }
            let shifted = [0.6, 0.2, 0.1, 0.1, 0, 0, 0, 0, 0, 0]
            let delay = run(detector, 2_000) { [generator.bin(shifted), generator.bin(Self.skewed)] }.alarm
            #expect((delay ?? .max) <= limit, "seed \(seed)")
        }
    }

    @Test func `an error share that doubles is found, with a reference of 10,000`() throws {
        var generator = SeededGenerator(seed: 7)
        let reference = SequentialDriftDetector.Reference(
            name: "error",
            counts: generator.sample([0.95, 0.05], 10_000)
        )
        let detector = try SequentialDriftDetector(references: [reference])
        let delay = run(detector, 10_000) { [generator.bin([0.9, 0.1])] }.alarm
        #expect((delay ?? .max) <= 6_000)
    }

    @Test func `a shift below the tolerance never alarms, however many requests show it`() throws {
        var generator = SeededGenerator(seed: 11)
        let reference = SequentialDriftDetector.Reference(name: "f", counts: generator.sample(Self.uniform, 100_000))
        let slightly = [0.115, 0.085] + [Double](repeating: 0.1, count: 8)
        let tolerant = try SequentialDriftDetector(references: [reference])
        #expect(run(tolerant, 60_000) { [generator.bin(slightly)] }.alarm == nil)
        let strict = try SequentialDriftDetector(
            references: [reference],
            configuration: DriftDetectorConfiguration(tolerance: 0)
        )
        #expect(run(strict, 60_000) { [generator.bin(slightly)] }.alarm != nil)
    }

    @Test func `an alarm is told once and names the feature that moved`() throws {
        var generator = SeededGenerator(seed: 3)
        var detector = try detector(&generator, reference: 1_000)
        var told: [DriftEvidence] = []
        for _ in 0..<800 {
            if case .alarm(let evidence) = detector.add([0, generator.bin(Self.skewed)]) { told.append(evidence) }
        }
        #expect(told.count == 1)
        let evidence = try #require(told.first)
        #expect(evidence.features.first?.name == "uniform")
        #expect((evidence.features.first?.totalVariation ?? 0) > 0.8)
        #expect(evidence.evidence >= evidence.threshold)
        #expect(detector.isAlarmed)
    }

    @Test func `a detector that was stored and loaded goes on as if nothing had happened`() throws {
        var generator = SeededGenerator(seed: 5)
        var kept = try detector(&generator, reference: 1_000)
        for _ in 0..<1_003 { _ = kept.add([generator.bin(Self.uniform), generator.bin(Self.skewed)]) }
        var loaded = try JSONDecoder().decode(SequentialDriftDetector.self, from: JSONEncoder().encode(kept))
        #expect(loaded == kept)
        for _ in 0..<300 {
            let bins = [generator.bin([0.5, 0.5]), generator.bin(Self.skewed)]
            #expect(loaded.add(bins) == kept.add(bins))
        }
        #expect(loaded.isAlarmed)
    }

    @Test func `memory grows with the logarithm of the stream's length`() throws {
        var generator = SeededGenerator(seed: 9)
        let reference = SequentialDriftDetector.Reference(name: "f", counts: generator.sample([0.5, 0.5], 5_000))
        let detector = try SequentialDriftDetector(references: [reference])
        let after = run(detector, 50_000) { [generator.bin([0.5, 0.5])] }.detector
        #expect(try JSONEncoder().encode(after).count < 8_000)
    }

    @Test func `the box's largest likelihood is that of a grid search`() {
        let box = ToleranceBox(counts: [60, 30, 10], missProbability: 0.01, tolerance: 0.02)
        for counts in [[1, 0, 0], [5, 5, 5], [0, 0, 40], [60, 30, 10], [0, 0, 0]] {
            var best = -Double.infinity
            for i in 0...400 {
                for j in 0...(400 - i) {
                    let p = [Double(i) / 400, Double(j) / 400, Double(400 - i - j) / 400]
                    guard p.indices.allSatisfy({ p[$0] >= box.lower[$0] && p[$0] <= box.upper[$0] }) else { continue }
                    let value = p.indices.reduce(0.0) { $0 + (counts[$1] > 0 ? Double(counts[$1]) * log(p[$1]) : 0) }
                    best = max(best, value)
                }
            }
            let found = box.largestLogLikelihood(of: counts)
            #expect(found >= best - 1e-9 && found - best < 0.5, "\(counts): \(found) and \(best)")
        }
    }

    @Test func `a detector without a reference sample is refused`() {
        #expect(throws: PlatformError.self) { try SequentialDriftDetector(references: []) }
        #expect(throws: PlatformError.self) {
            try SequentialDriftDetector(references: [.init(name: "f", counts: [0, 0])])
        }
    }
}
