import Foundation
import Monitoring
import Primitives
import Serving
import Statistics

extension ConsoleData {
    /// Answers the questions about endpoints and alerts.
    mutating func bind(endpoints table: EndpointTable, monitoring: MonitoringService, time: TimeSource) {
        endpoints = {
            var out: [Console.Endpoint] = []
            for endpoint in table.all().prefix(200) {
                let report = try await Self.report(endpoint.record.name, monitoring)
                out.append(Console.Endpoint(endpoint, report, now: time.now()))
            }
            return out
        }
        endpoint = { name in
            let endpoint = try table.endpoint(name)
            let report = try await Self.report(name, monitoring)
            let alerts = try await monitoring.alerts.latest(limit: 50, endpoint: name)
            return Console.EndpointDetail(
                endpoint: Console.Endpoint(endpoint, report, now: time.now()),
                drift: report.map { Console.Drift.all($0, since: endpoint.record.since) } ?? [],
                alerts: alerts.map(Console.Alert.init),
                policy: try endpoint.gate.map { try Console.PolicyRow.all(endpoint, $0) } ?? []
            )
        }
        openAlerts = { try await monitoring.alerts.latest(limit: 50, openOnly: true).map(Console.Alert.init) }
    }

    /// Nil for an endpoint that nobody has asked yet.
    private static func report(_ name: String, _ monitoring: MonitoringService) async throws -> MonitorReport? {
        do {
            return try await monitoring.report(endpoint: name)
        } catch let error as PlatformError where error.code == .endpointNotMonitored {
            return nil
        }
    }
}

extension Console.Endpoint {
    fileprivate init(_ endpoint: Endpoint, _ report: MonitorReport?, now: Timestamp) {
        let record = endpoint.record, figures = endpoint.metrics.snapshot
        let isReady = if case .success = endpoint.state { true } else { false }
        self.init(
            name: record.name,
            state: isReady ? "ready" : "unavailable",
            model: record.model,
            version: record.version,
            variant: record.variant,
            since: record.since,
            requests: Int64(figures.total),
            errors: Int64(figures.errors.values.reduce(0, +)),
            windows: report.map { Self.windows($0, now: now) } ?? []
        )
    }

    /// Minutes, with the empty ones between them; while there are only a few minutes, the finer runs of requests.
    private static func windows(_ report: MonitorReport, now: Timestamp) -> [Console.Window] {
        if report.minutes.count < 5, report.runs.count > 2 {
            return report.runs.map { run in
                let seconds = Double(run.endedAt.milliseconds - run.startedAt.milliseconds) / 1000
                return Console.Window(run, start: run.startedAt, seconds: max(0.05, seconds))
            }
        }
        guard let first = report.minutes.first?.ordinal, let last = report.minutes.last?.ordinal else { return [] }
        let known = Dictionary(report.minutes.map { ($0.ordinal, $0) }, uniquingKeysWith: { $1 })
        return (max(first, last - 59)...last).map { minute in
            let start = Timestamp(milliseconds: minute * 60_000)
            let seconds = min(60, max(1, Double(now.milliseconds - start.milliseconds) / 1000))
            return known[minute].map { Console.Window($0, start: start, seconds: seconds) }
                ?? Console.Window(start: start, seconds: 60, requests: 0, errors: 0)
        }
    }
}

extension Console.Window {
    fileprivate init(_ window: MonitorWindow, start: Timestamp, seconds: Double) {
        self.init(
            start: start,
            seconds: seconds,
            requests: Int64(window.requests),
            errors: Int64(window.errors),
            p50: window.latency.quantile(0.5).map(Double.init),
            p95: window.latency.quantile(0.95).map(Double.init),
            p99: window.latency.quantile(0.99).map(Double.init)
        )
    }
}

extension Console.Alert {
    fileprivate init(_ alert: DriftAlert) {
        let leading = alert.leading.map { "\($0.feature) (\(Wording.percent($0.totalVariation)) moved)" }.joined(
            separator: ", "
        )
        self.init(
            id: alert.id,
            endpoint: alert.key.endpoint,
            kind: "drift",
            state: alert.resolvedAt == nil ? "open" : "resolved",
            message: "Requests to \(alert.key.model) v\(alert.key.version) left the reference after "
                + "\(Wording.count(Int64(alert.requests))) requests: \(leading).",
            openedAt: alert.at,
            closedAt: alert.resolvedAt
        )
    }
}
