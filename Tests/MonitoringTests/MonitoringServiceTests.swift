import Foundation
import Logging
import Monitoring
import Primitives
import ServiceLifecycle
import Statistics
import Storage
import TestSupport
import Testing

@Suite struct MonitoringServiceTests {
    @Test func `a prediction can be looked up by its id, and only the newest are kept`() async throws {
        let fixture = try Fixture()
        let service = fixture.service(MonitoringConfiguration(retainedPredictions: 50))
        var traffic = Traffic(seed: 1)
        let records = (0..<120).map { _ in traffic.known() }
        records.forEach(service.observe)
        await service.flush()
        #expect(try await service.predictions.prediction(records[119].id) == records[119])
        #expect(try await service.predictions.prediction(records[70].id) == records[70])
        let error = await #expect(throws: PlatformError.self) {
            try await service.predictions.prediction(records[69].id)
        }
        #expect(error?.code.name == "prediction_not_found")
    }

    @Test func `a full queue drops and counts and never blocks`() async throws {
        let fixture = try Fixture()
        let service = fixture.service(MonitoringConfiguration(bufferCapacity: 100))
        var traffic = Traffic(seed: 1)
        for _ in 0..<150 { service.observe(traffic.known()) }
        #expect(service.dropped == 50)
        await service.flush()
        #expect(try await service.report(endpoint: "intent").requests == 100)
        #expect(try await service.prometheusText().contains("aku_predictions_dropped_total 50\n"))
    }

    @Test func `drift makes one alert and one event, however long it lasts, and a swap resolves it`() async throws {
        let fixture = try Fixture()
        let service = fixture.service()
        var traffic = Traffic(seed: 2)
        for _ in 0..<600 { service.observe(traffic.known()) }
        await service.flush()
        #expect(try await fixture.events("drift.").isEmpty)
        for _ in 0..<900 { service.observe(traffic.shifted()) }
        await service.flush()
        let detected = try await fixture.events("drift.detected")
        let alert = try #require(try await service.alerts.latest(limit: 10).first)
        #expect(detected.count == 1)
        #expect(detected.first?.sequence == alert.journalSequence)
        #expect(detected.first?.event.subject == "endpoint/intent")
        #expect(detected.first?.event.body["version"]?.integerValue == 1)
        #expect((601...720).contains(alert.requests))
        #expect((1...3).contains(alert.leading.count) && alert.leading.allSatisfy { $0.evidence > 0 })
        #expect(alert.evidence >= alert.threshold)
        #expect(try await service.report(endpoint: "intent").state == .alarmed)

        await service.endpointSwapped(endpoint: "intent", model: "intent", version: 2)
        #expect(try await fixture.events("drift.resolved").count == 1)
        #expect(try await service.alerts.latest(limit: 10, openOnly: true).isEmpty)
        let report = try await service.report(endpoint: "intent")
        #expect(report.key.version == 2 && report.state == .watching && report.requests == 0)
    }

    @Test func `a swap that nobody announced is seen in the traffic, and stragglers do not undo it`() async throws {
        let fixture = try Fixture()
        let service = fixture.service()
        var traffic = Traffic(seed: 3)
        for _ in 0..<50 { service.observe(traffic.known()) }
        for _ in 0..<20 { service.observe(traffic.known(version: 2)) }
        for _ in 0..<3 { service.observe(traffic.known(version: 1)) }
        service.observe(traffic.known(version: 2))
        await service.flush()
        let report = try await service.report(endpoint: "intent")
        #expect(report.key.version == 2)
        #expect(report.requests == 14)
    }

    @Test func `the detector goes on where it was after a restart, also when the process was killed`() async throws {
        let fixture = try Fixture()
        var traffic = Traffic(seed: 4)
        let records = (0..<500).map { _ in traffic.known() } + (0..<20).map { _ in traffic.shifted() }
        let steady = fixture.service()
        records.forEach(steady.observe)
        await steady.flush(snapshot: true)
        let expected = try await steady.report(endpoint: "intent")

        let killed = try Fixture()
        let first = killed.service(MonitoringConfiguration(snapshotEvery: 400))
        records.prefix(430).forEach(first.observe)
        await first.flush()
        records[430..<505].forEach(first.observe)
        await first.flush()
        let second = killed.service()
        try await second.load()
        records[505...].forEach(second.observe)
        await second.flush(snapshot: true)
        let actual = try await second.report(endpoint: "intent")
        #expect(actual.evidence == expected.evidence)
        #expect((expected.evidence?.evidence ?? 0) > 0)
        #expect(actual.requests == 520 && actual.minutes == expected.minutes && actual.runs == expected.runs)
    }

    @Test func `an alarm is not raised again after a restart`() async throws {
        let fixture = try Fixture()
        var traffic = Traffic(seed: 5)
        let first = fixture.service()
        for _ in 0..<300 { first.observe(traffic.shifted()) }
        await first.flush(snapshot: true)
        let second = fixture.service()
        try await second.load()
        for _ in 0..<300 { second.observe(traffic.shifted()) }
        await second.flush(snapshot: true)
        #expect(try await fixture.events("drift.detected").count == 1)
        #expect(try await second.report(endpoint: "intent").state == .alarmed)
    }

    @Test func `the running service stores, alarms and fires its triggers by itself, and stops gracefully`()
        async throws
    {
        let fixture = try Fixture()
        let service = fixture.service(MonitoringConfiguration(drainMilliseconds: 10))
        try await service.triggers.apply(
            TriggerFile.parse("trigger: retrain\non: drift.detected\nendpoint: intent\npipeline: intent"),
            by: "tester",
            at: TestClock.epoch
        )
        let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
        let task = Task { try await group.run() }
        var traffic = Traffic(seed: 6)
        for _ in 0..<300 { service.observe(traffic.shifted()) }
        for _ in 0..<500 where fixture.engine.starts.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(fixture.engine.starts.map(\.pipeline) == ["intent"])
        let last = traffic.shifted()
        service.observe(last)
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(try await service.predictions.prediction(last.id) == last)
        #expect(try await fixture.events("trigger.fired").count == 1)
    }

    @Test func `an endpoint without a reference is watched without drift detection`() async throws {
        let database = try TestDatabase.make()
        let service = MonitoringService(
            database: database,
            journal: Journal(database: database),
            referenceProfile: { _, _ in nil },
            startPipeline: { _, _, _, _ in "" },
            clock: TestClock.fixed,
            identifiers: .system,
            logger: .init(label: "test")
        )
        var traffic = Traffic(seed: 7)
        for _ in 0..<400 { service.observe(traffic.shifted()) }
        await service.flush()
        let report = try await service.report(endpoint: "intent")
        #expect(report.state == .noReference && report.evidence == nil && report.requests == 400)
    }

    @Test func `a reference that cannot be read yet is read later`() async throws {
        let fixture = try Fixture()
        let gate = FakeEngine()
        gate.fail(with: PlatformError(ErrorCode("package_not_ready", .unavailable), "Not yet."))
        let profile = fixture.profile
        let service = MonitoringService(
            database: fixture.database,
            journal: fixture.journal,
            referenceProfile: { _, _ in
                _ = try gate.start("", [:], "")
                return profile
            },
            startPipeline: { _, _, _, _ in "" },
            clock: fixture.clock.source,
            identifiers: .system,
            logger: .init(label: "test")
        )
        var traffic = Traffic(seed: 8)
        service.observe(traffic.known())
        await service.flush()
        #expect(try await service.report(endpoint: "intent").state == .noReference)
        gate.fail(with: nil)
        fixture.clock.advance(seconds: 6)
        service.observe(traffic.known())
        await service.flush()
        #expect(try await service.report(endpoint: "intent").state == .watching)
    }

    @Test func `an endpoint that nobody called is unknown`() async throws {
        let fixture = try Fixture()
        let error = await #expect(throws: PlatformError.self) { try await fixture.service().report(endpoint: "no") }
        #expect(error?.code.name == "endpoint_not_monitored")
    }
}
