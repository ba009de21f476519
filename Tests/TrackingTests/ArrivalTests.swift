import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Tracking

@Suite struct ArrivalTests {
    private func waiting(_ fixture: Fixture) async throws -> Int64 {
        try await fixture.database.read { reader in
            try reader.first("SELECT COUNT(*) AS total FROM run_metric_arrival")?.integer("total") ?? 0
        }
    }

    private func log(_ points: [MetricPoint], _ run: String, _ fixture: Fixture) async throws {
        try await fixture.runs.log(metrics: points, params: [], tags: [], run: run)
    }

    @Test func `Points come back as they were written, whatever they hold`() throws {
        let points = [
            MetricPoint(key: "loss", value: 0.1, timestamp: 1, step: 2),
            MetricPoint(key: String(repeating: "ü", count: 125), value: -.infinity, timestamp: .min, step: .max),
            MetricPoint(key: "z", value: .leastNonzeroMagnitude, timestamp: .max, step: .min),
        ]
        #expect(try ArrivedPoints.decode(ArrivedPoints.encode(points)) == points)
        let nan = try ArrivedPoints.decode(ArrivedPoints.encode([MetricPoint(key: "n", value: .nan, timestamp: 1)]))
        #expect(nan.count == 1 && nan[0].value.isNaN)
        #expect(try ArrivedPoints.decode(ArrivedPoints.encode([])) == [])
    }

    @Test func `Bytes that end early, or of another format, are refused`() throws {
        let good = ArrivedPoints.encode([MetricPoint(key: "loss", value: 1, timestamp: 1)])
        for bad in [good.dropLast(), good.dropFirst(), good + [0], [2] + good.dropFirst(), good.prefix(0)] {
            let error = #expect(throws: PlatformError.self) { _ = try ArrivedPoints.decode(Data(bad)) }
            #expect(error?.code.name == "metric_arrival_damaged")
        }
    }

    @Test func `Every reader sees what was logged before, and then nothing waits`() async throws {
        let readers: [@Sendable (Fixture, String) async throws -> Int] = [
            { try await $0.runs.get($1).metrics.count },
            { fixture, _ in try await fixture.runs.search(.init(experiments: [0])).elements[0].metrics.count },
            { try await $0.runs.history(run: $1, key: "a").elements.count - 1 },
            { try await $0.runs.histories(runs: [$1], key: "a", maximum: 9)[0].points.count - 1 },
            { try await $0.runs.sampledHistory(run: $1, key: "a", maximum: 9).count - 1 },
        ]
        for reader in readers {
            let fixture = try Fixture()
            let run = try await fixture.run("r")
            try await log([MetricPoint(key: "a", value: 1, timestamp: 1)], run, fixture)
            try await fixture.runs.log(metric: MetricPoint(key: "a", value: 2, timestamp: 2), run: run)
            #expect(try await waiting(fixture) == 2)
            #expect(try await reader(fixture, run) == 1)
            #expect(try await waiting(fixture) == 0)
        }
    }

    @Test func `Sorted late and in one go, or at once: the same history and latest point`() async throws {
        let late = try Fixture(), early = try Fixture()
        let runs = (try await late.run("r"), try await early.run("r"))
        for index in 0..<60 {
            let points = (0..<7).map { key in
                MetricPoint(
                    key: "k\(6 - key)",
                    value: index % 9 == key ? .nan : Double((index * 31 + key * 17) % 23),
                    timestamp: Int64((index * 7) % 40),
                    step: Int64(key < 3 ? index : (index * 5) % 11)
                )
            }
            try await log(points, runs.0, late)
            try await log(points, runs.1, early)
            try await early.runs.settle()
        }
        for key in (0..<7).map({ "k\($0)" }) {
            let found = try await late.runs.history(run: runs.0, key: key).elements.map { "\($0)" }
            #expect(found == (try await early.runs.history(run: runs.1, key: key).elements.map { "\($0)" }))
            #expect(found.count > 30)
            let sampled = try await late.runs.sampledHistory(run: runs.0, key: key, maximum: 5).map { "\($0)" }
            #expect(sampled == (try await early.runs.sampledHistory(run: runs.1, key: key, maximum: 5).map { "\($0)" }))
        }
        let latest = try await late.runs.get(runs.0).metrics.map { "\($0)" }
        #expect(latest == (try await early.runs.get(runs.1).metrics.map { "\($0)" }))
        #expect(latest.count == 7)
    }

    @Test func `More than one transaction takes is sorted in, and nothing twice`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        for batch in 0..<45 {
            let points = (0..<1000).map { MetricPoint(key: "m", value: 1, timestamp: Int64(batch * 1000 + $0)) }
            try await log(points, run, fixture)
        }
        #expect(try await waiting(fixture) == 45)
        let (sorted, isMore) = try await fixture.database.write {
            try MetricArrivals.settle(through: .max, waiting: 0, in: $0)
        }
        #expect(sorted == 10_000)
        #expect(isMore)
        #expect(try await waiting(fixture) == 35)
        #expect(try await fixture.runs.history(run: run, key: "m").elements.map(\.timestamp) == Array(0..<45_000))
    }

    @Test func `A purged run takes its waiting points along`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r"), other = try await fixture.run("other")
        for run in [run, other] { try await log([MetricPoint(key: "a", value: 1, timestamp: 1)], run, fixture) }
        try await fixture.runs.move(run, to: .deleted, actor: "me")
        let purge = TrackingPurge(database: fixture.database, time: TestClock.fixed) { _ in nil }
        _ = try await purge.remove(runs: [run], actor: "me")
        #expect(try await waiting(fixture) == 1)
        #expect(try await fixture.runs.get(other).metrics.count == 1)
    }

    @Test func `The service sorts in what arrives, and what an earlier server left`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        try await log([MetricPoint(key: "a", value: 1, timestamp: 1)], run, fixture)
        let restarted = RunStore(database: fixture.database, time: TestClock.fixed)
        let service = Task {
            await restarted.settleArrivals(every: .milliseconds(1)) { error in Issue.record(error) }
        }
        func isSettled() async throws -> Bool {
            for _ in 0..<2000 {
                if try await waiting(fixture) == 0 { return true }
                try await Task.sleep(for: .milliseconds(5))
            }
            return false
        }
        #expect(try await isSettled())
        try await restarted.log(metric: MetricPoint(key: "a", value: 2, timestamp: 2), run: run)
        #expect(try await isSettled())
        service.cancel()
        await service.value
    }
}
