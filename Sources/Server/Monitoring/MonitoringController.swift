import Foundation
import Monitoring
import Primitives
import Security
import WireAPI

/// Monitoring over HTTP.
package struct MonitoringController: Sendable {
    private let service: MonitoringService
    private let clock: TimeSource

    /// Serves what a monitoring service knows.
    package init(service: MonitoringService, clock: TimeSource) {
        self.service = service
        self.clock = clock
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(MonitoringAPI.show, show)
        routes.on(MonitoringAPI.alerts, alerts)
        routes.on(MonitoringAPI.prediction, prediction)
        routes.on(MonitoringAPI.triggers, triggers)
        routes.on(MonitoringAPI.apply, apply)
    }

    private func show(_ call: Call) async throws -> MonitorBody {
        MonitorBody(
            try await service.report(endpoint: call.parameter("endpoint")),
            guarantee: service.guarantee,
            dropped: service.dropped
        )
    }

    private func alerts(_ call: Call) async throws -> AlertList {
        let alerts = try await service.alerts.latest(
            limit: call.integer("limit", default: 100, in: 1...1000),
            endpoint: call.query("endpoint")?.removingPercentEncoding,
            openOnly: call.query("open") == "true"
        )
        return AlertList(alerts: alerts.map(AlertBody.init))
    }

    private func prediction(_ call: Call) async throws -> PredictionRecord {
        try await service.predictions.prediction(call.parameter("id"))
    }

    private func triggers(_ call: Call) async throws -> TriggerList {
        TriggerList(triggers: try await service.triggers.all().map(TriggerBody.init))
    }

    private func apply(_ call: Call, _ body: ApplyTriggersBody) async throws -> ApplyTriggersReply {
        let triggers = try TriggerFile.parse(body.yaml)
        let changed = try await service.triggers.apply(triggers, by: call.principal.name, at: clock.now())
        return ApplyTriggersReply(applied: triggers.map(\.name), changed: changed)
    }
}
