import Foundation
import Monitoring
import Primitives
import Storage
import TestSupport
import Testing

@Suite struct TriggerTests {
    private static let file = """
        trigger: retrain
        on: drift.detected
        endpoint: intent
        pipeline: intent
        parameters: { languages: [en, no, "true"], seed: 17, rate: 0.5, deep: true }
        cooldown_seconds: 100
        maximum_per_day: 3
        """

    private func raise(_ fixture: Fixture) async throws {
        try await fixture.database.write { transaction in
            _ = try transaction.record(
                JournalEvent(
                    kind: "drift.detected",
                    subject: "endpoint/intent",
                    actor: "system",
                    body: ["endpoint": "intent"]
                )
            )
        }
    }

    private func prepared() async throws -> Fixture {
        let fixture = try Fixture()
        try await fixture.service().triggers.apply(TriggerFile.parse(Self.file), by: "tester", at: TestClock.epoch)
        return fixture
    }

    @Test func `a file becomes a trigger, and the language code no stays a word`() throws {
        let expected = TriggerDefinition(
            name: "retrain",
            on: "drift.detected",
            endpoint: "intent",
            pipeline: "intent",
            parameters: ["languages": ["en", "no", "true"], "seed": 17, "rate": 0.5, "deep": true],
            cooldownSeconds: 100,
            maximumPerDay: 3
        )
        #expect(try TriggerFile.parse(Self.file) == [expected])
        #expect(try TriggerFile.parse(Self.file + "\n---\n" + Self.file.replacing("retrain", with: "other")).count == 2)
    }

    @Test func `the shipped trigger file is valid`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "mlops/monitoring/triggers.yaml"), encoding: .utf8)
        #expect(try TriggerFile.parse(text).map(\.pipeline) == ["intent"])
    }

    @Test(arguments: [
        ("trigger: a\non: drift.detected\nendpoint: e\npipelin: p", "Line 4", "pipeline"),
        ("trigger: a\non: drift.detectd\nendpoint: e\npipeline: p", "Line 2", "drift.detected"),
        ("trigger: a\non: drift.detected\nendpoint: e", "'pipeline' is missing", ""),
        ("trigger: a\non: drift.detected\nendpoint: e\npipeline: p\ncooldown_seconds: soon", "Line 5", ""),
        ("trigger: a\non: drift.detected\nendpoint: e\npipeline: p\nmaximum_per_day: 0", "Line 5", ""),
        ("- a", "must be a mapping", ""),
        ("trigger: [", "not YAML", ""),
        ("", "1 to 64 documents", ""),
    ])
    func `a mistake is named with its line`(yaml: String, message: String, hint: String) {
        let error = #expect(throws: PlatformError.self) { try TriggerFile.parse(yaml) }
        #expect(error?.code.name == "trigger_invalid")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(hint.isEmpty || error?.nextStep.contains(hint) == true, "\(error?.nextStep ?? "")")
    }

    @Test func `an alarm starts one run, however often the journal is read and the server restarts`() async throws {
        let fixture = try await prepared()
        try await raise(fixture)
        #expect(try await fixture.service().runPendingTriggers().map(\.outcome) == [.fired])
        #expect(try await fixture.service().runPendingTriggers().isEmpty)
        #expect(fixture.engine.calls == 1)
        let fired = try await fixture.events("trigger.fired")
        #expect(fired.count == 1)
        #expect(fired.first?.event.body["run"]?.stringValue == fixture.engine.starts.first.map { "run-\($0.key)" })
        #expect(fixture.engine.starts.first?.parameters["seed"] == 17)
    }

    @Test func `a crash after the start and before its record starts no second run`() async throws {
        let fixture = try await prepared()
        try await raise(fixture)
        let sequence = try #require(try await fixture.events("drift.detected").first?.sequence)
        let trigger = try #require(try TriggerFile.parse(Self.file).first)
        _ = try fixture.engine.start("intent", trigger.parameters, "retrain/\(sequence)")
        #expect(try await fixture.service().runPendingTriggers().map(\.outcome) == [.fired])
        #expect(fixture.engine.calls == 2)
        #expect(fixture.engine.starts.count == 1)
    }

    @Test func `cooldown and the daily maximum hold runs back and say so`() async throws {
        let fixture = try await prepared()
        let service = fixture.service()
        var outcomes: [TriggerFiring.Outcome] = []
        for seconds in [0, 50, 60, 200, 200, 86_400] as [Int64] {
            fixture.clock.advance(seconds: seconds)
            try await raise(fixture)
            outcomes += try await service.runPendingTriggers().map(\.outcome)
        }
        #expect(outcomes == [.fired, .suppressed, .fired, .fired, .suppressed, .fired])
        let reasons = try await fixture.events("trigger.suppressed").compactMap { $0.event.body["reason"]?.stringValue }
        #expect(reasons.map { $0.prefix { $0 != ":" } } == ["cooldown", "maximum_per_day"])
    }

    @Test func `an engine that is not ready is asked again, one that refuses is recorded`() async throws {
        let fixture = try await prepared()
        let service = fixture.service()
        try await raise(fixture)
        fixture.engine.fail(with: PlatformError(ErrorCode("engine_starting", .unavailable), "Not yet."))
        await #expect(throws: PlatformError.self) { try await service.runPendingTriggers() }
        #expect(try await fixture.events("trigger.suppressed").isEmpty)
        fixture.engine.fail(with: PlatformError(ErrorCode("pipeline_not_found", .notFound), "No pipeline 'intent'."))
        #expect(try await service.runPendingTriggers().map(\.outcome) == [.suppressed])
        #expect(try await fixture.events("trigger.suppressed").count == 1)
    }

    @Test func `alarms raised before a trigger was applied are not acted on`() async throws {
        let fixture = try Fixture()
        let service = fixture.service()
        try await raise(fixture)
        #expect(try await service.runPendingTriggers().isEmpty)
        try await service.triggers.apply(TriggerFile.parse(Self.file), by: "tester", at: TestClock.epoch)
        #expect(try await service.runPendingTriggers().isEmpty)
        #expect(fixture.engine.calls == 0)
    }

    @Test func `applying the same file twice changes nothing`() async throws {
        let fixture = try await prepared()
        let again = try await fixture.service().triggers.apply(
            TriggerFile.parse(Self.file),
            by: "tester",
            at: TestClock.epoch
        )
        #expect(again.isEmpty)
        #expect(try await fixture.events("trigger.applied").count == 1)
    }
}
