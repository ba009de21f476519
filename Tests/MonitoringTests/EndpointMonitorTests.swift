import Foundation
import Monitoring
import Primitives
import Statistics
import TestSupport
import Testing

@Suite struct EndpointMonitorTests {
    private static let key = MonitorKey(endpoint: "intent", model: "intent", version: 1)

    @Test func `held-out traffic raises no alarm and a shift is found within 120 requests, on ten seeds`() throws {
        for seed in 0..<10 as Range<UInt64> {
            var traffic = Traffic(seed: 500 + seed)
            var monitor = try EndpointMonitor(key: Self.key, profile: try Traffic.profile(seed: seed + 1, size: 800))
            for _ in 0..<1_500 { #expect(monitor.observe(traffic.known()).alarm == nil) }
            var delay: Int?
            for index in 1...400 where delay == nil {
                if monitor.observe(traffic.shifted()).alarm != nil { delay = index }
            }
            #expect((delay ?? .max) <= 120, "seed \(seed)")
        }
    }

    @Test func `windows close by the minute and by the number of requests`() throws {
        var traffic = Traffic(seed: 2)
        var monitor = try EndpointMonitor(key: Self.key, profile: nil)
        var closed: [MonitorWindow] = []
        for index in 0..<600 {
            let at = TestClock.epoch.advanced(byMilliseconds: Int64(index) * 500)
            closed += monitor.observe(index % 50 == 0 ? traffic.failed(at: at) : traffic.known(at: at)).closed
        }
        let minutes = closed.filter { $0.kind == .minute }, runs = closed.filter { $0.kind == .count }
        #expect(minutes.map(\.requests) == [120, 120, 120, 120])
        #expect(runs.map(\.requests) == [250, 250])
        #expect(runs.map(\.ordinal) == [0, 1])
        #expect(
            (closed.filter { $0.kind == .count } + monitor.openWindows.filter { $0.kind == .count }).map(\.errors)
                .reduce(0, +) == 12
        )
        #expect(runs.first?.errorCodes == ["text_too_long": 5])
        #expect(monitor.errors == 12 && monitor.requests == 600)
    }

    @Test func `failed requests count as errors and not as drift`() throws {
        var traffic = Traffic(seed: 3)
        var monitor = try EndpointMonitor(key: Self.key, profile: try Traffic.profile())
        for _ in 0..<1_000 { #expect(monitor.observe(traffic.failed()).alarm == nil) }
        #expect(monitor.detector?.observations == 0)
    }

    @Test func `labels beyond the bound are counted together`() throws {
        var traffic = Traffic(seed: 3)
        var window = MonitorWindow(kind: .count, ordinal: 0, at: TestClock.epoch, profile: nil)
        for index in 0..<400 {
            window.add(
                traffic.record(
                    label: "L\(index)",
                    score: 1,
                    second: 0,
                    tokens: 3,
                    unknown: 0,
                    version: 1,
                    at: TestClock.epoch
                )
            )
        }
        #expect(window.labels.count == MonitorWindow.maximumLabels + 1)
        #expect(window.labels[MonitorWindow.otherLabels] == 400 - MonitorWindow.maximumLabels)
    }
}
