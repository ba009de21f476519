import Foundation
import Monitoring
import Primitives
import Statistics
import TestSupport
import Testing

@Suite struct ReferenceProfileTests {
    @Test func `a profile counts every successful prediction once in each feature`() throws {
        var traffic = Traffic(seed: 1)
        let records = (0..<400).map { _ in traffic.known() } + (0..<20).map { _ in traffic.failed() }
        let profile = try ReferenceProfile.build(from: records)
        #expect(profile.format == "aku.reference/1")
        #expect(profile.sampleSize == 400)
        #expect(Set(profile.features.keys) == Set(MonitoredFeature.allCases.map(\.rawValue)))
        #expect(profile.features.values.allSatisfy { $0.total == 400 })
        #expect(profile.labels.values.reduce(0, +) == 400)
    }

    @Test func `a profile survives its JSON`() throws {
        let profile = try Traffic.profile()
        let data = try CanonicalJSON.encode(profile)
        #expect(try CanonicalJSON.decode(ReferenceProfile.self, from: data) == profile)
    }

    @Test func `a small sample is refused`() {
        var traffic = Traffic(seed: 1)
        let records = (0..<99).map { _ in traffic.known() }
        let error = #expect(throws: PlatformError.self) { try ReferenceProfile.build(from: records) }
        #expect(error?.code.name == "reference_too_small")
    }

    @Test func `a profile of another format, or with counts that do not add up, is refused`() throws {
        let text = try CanonicalJSON.text(try Traffic.profile(size: 200))
        for (before, after, code) in [
            ("aku.reference/1", "aku.reference/9", "reference_format_unknown"),
            (#""sample_size":200"#, #""sample_size":201"#, "invalid_histogram"),
        ] {
            let data = Data(text.replacingOccurrences(of: before, with: after).utf8)
            let error = #expect(throws: PlatformError.self) {
                try CanonicalJSON.decode(ReferenceProfile.self, from: data)
            }
            #expect(error?.code.name == code)
        }
    }

    @Test func `rare labels share a bin and labels that the reference lacks have their own`() throws {
        var traffic = Traffic(seed: 4)
        var records: [PredictionRecord] = []
        for label in 0..<20 {
            for _ in 0..<(40 - label) {
                records.append(
                    traffic.record(
                        label: "L\(label)",
                        score: 0.9,
                        second: 0.1,
                        tokens: 5,
                        unknown: 0,
                        version: 1,
                        at: TestClock.epoch
                    )
                )
            }
        }
        let features = DriftFeatures(profile: try .build(from: records))
        func bin(_ label: String) -> Int? {
            var traffic = Traffic(seed: 1)
            return features.bins(
                of: traffic.record(
                    label: label,
                    score: 0.9,
                    second: 0.1,
                    tokens: 5,
                    unknown: 0,
                    version: 1,
                    at: TestClock.epoch
                )
            ).last
        }
        #expect([bin("L0"), bin("L14"), bin("L15"), bin("L19"), bin("new")] == [0, 14, 15, 15, 16])
        #expect(features.binNames["label"]?.suffix(2) == ["other labels", "unseen labels"])
        #expect(features.references.allSatisfy { features.binNames[$0.name]?.count == $0.counts.count })
    }
}
