import Primitives

/// Routes of monitoring: how endpoints do, alerts, single predictions, triggers.
package enum MonitoringAPI {
    /// An endpoint's windows, drift evidence, latency, errors and alerts.
    package static let show = Route(
        .get,
        "/api/v1/monitor/{endpoint}",
        permission: .monitorRead,
        reply: MonitorBody.self
    )
    /// Alerts, newest first; query: `limit` (1 to 1000), `endpoint`, `open` (`true`: only those not resolved).
    package static let alerts = Route(.get, "/api/v1/alerts", permission: .monitorRead, reply: AlertList.self)
    /// One prediction by its id.
    package static let prediction = Route(
        .get,
        "/api/v1/predictions/{id}",
        permission: .monitorRead,
        reply: PredictionRecord.self
    )
    /// Every trigger and what it did last.
    package static let triggers = Route(.get, "/api/v1/triggers", permission: .monitorRead, reply: TriggerList.self)
    /// Declares the triggers of a YAML file.
    package static let apply = Route(
        .post,
        "/api/v1/triggers",
        permission: .monitorWrite,
        maximumBodyBytes: 256 << 10,
        body: ApplyTriggersBody.self,
        reply: ApplyTriggersReply.self
    )
}
