import Primitives
import Statistics

extension MonitoringService {
    /// Drift evidence, alerts, endpoint health, drops and triggers in the Prometheus text format, for `/metrics`.
    /// `mlops/monitoring/alerts.yaml` has rules over these names.
    package func prometheusText() async throws -> String {
        var page = PrometheusText()
        let watched = watches.keys.sorted().compactMap { watches[$0]?.monitor }
        func labels(_ monitor: EndpointMonitor) -> [(String, String)] {
            [
                ("endpoint", monitor.key.endpoint), ("model", monitor.key.model),
                ("version", String(monitor.key.version)),
            ]
        }
        page.metric("aku_monitor_requests_total", "counter", "Requests seen since the version took the endpoint.")
        for monitor in watched { page.sample("aku_monitor_requests_total", labels(monitor), Double(monitor.requests)) }
        page.metric("aku_monitor_errors_total", "counter", "Requests that failed.")
        for monitor in watched { page.sample("aku_monitor_errors_total", labels(monitor), Double(monitor.errors)) }
        page.metric("aku_monitor_latency_seconds", "gauge", "Latency quantiles since the version took the endpoint.")
        for monitor in watched {
            for quantile in [0.5, 0.9, 0.99] {
                guard let value = monitor.latency.quantile(quantile) else { continue }
                let labels = labels(monitor) + [("quantile", String(quantile))]
                page.sample("aku_monitor_latency_seconds", labels, Double(value) / 1_000_000)
            }
        }
        addDrift(to: &page, watched, labels)
        try await addAlerts(to: &page)
        page.metric(
            "aku_predictions_dropped_total",
            "counter",
            "Predictions not stored because the queue was full or the write failed."
        )
        page.sample("aku_predictions_dropped_total", [], Double(buffer.dropped))
        page.metric("aku_predictions_waiting", "gauge", "Predictions waiting to be stored.")
        page.sample("aku_predictions_waiting", [], Double(buffer.waiting))
        return page.text
    }

    private func addDrift(
        to page: inout PrometheusText,
        _ watched: [EndpointMonitor],
        _ labels: (EndpointMonitor) -> [(String, String)]
    ) {
        let drifting = watched.compactMap { monitor in
            monitor.detector.map { (labels: labels(monitor), evidence: $0.evidence, isAlarmed: $0.isAlarmed) }
        }
        page.metric("aku_drift_evidence_log10", "gauge", "Evidence of drift; an alarm is raised at the threshold.")
        for row in drifting { page.sample("aku_drift_evidence_log10", row.labels, row.evidence.evidence) }
        page.metric("aku_drift_threshold_log10", "gauge", "Evidence at which an alarm is raised.")
        for row in drifting { page.sample("aku_drift_threshold_log10", row.labels, row.evidence.threshold) }
        page.metric("aku_drift_feature_evidence_log10", "gauge", "Evidence of drift of one feature.")
        for row in drifting {
            for feature in row.evidence.features {
                page.sample(
                    "aku_drift_feature_evidence_log10",
                    row.labels + [("feature", feature.name)],
                    feature.evidence
                )
            }
        }
        page.metric("aku_drift_alarmed", "gauge", "1 after an alarm for the version that serves, else 0.")
        for row in drifting { page.sample("aku_drift_alarmed", row.labels, row.isAlarmed ? 1 : 0) }
    }

    private func addAlerts(to page: inout PrometheusText) async throws {
        let counts = try await alerts.counts()
        page.metric("aku_drift_alerts_total", "counter", "Drift alerts ever raised.")
        for row in counts { page.sample("aku_drift_alerts_total", [("endpoint", row.endpoint)], Double(row.raised)) }
        page.metric("aku_drift_alerts_open", "gauge", "Drift alerts not resolved.")
        for row in counts { page.sample("aku_drift_alerts_open", [("endpoint", row.endpoint)], Double(row.open)) }
        page.metric("aku_trigger_firings_total", "counter", "What triggers did about alarms.")
        for row in try await triggers.counts() {
            page.sample(
                "aku_trigger_firings_total",
                [("trigger", row.trigger), ("outcome", row.outcome)],
                Double(row.count)
            )
        }
    }
}
