import Foundation
import Monitoring
import Primitives
import Statistics
import WireAPI

extension MonitorBody {
    /// Labels sent at most.
    private static let maximumLabels = 50

    /// The reply for a report.
    init(_ report: MonitorReport, guarantee: String, dropped: Int) {
        self.init(
            endpoint: report.key.endpoint,
            model: report.key.model,
            version: report.key.version,
            requests: report.requests,
            errors: report.errors,
            latency: LatencyBody(report.latency),
            minutes: report.minutes.map(WindowBody.init),
            runs: report.runs.map(WindowBody.init),
            drift: DriftBody(report, guarantee: guarantee),
            labels: report.labels.prefix(Self.maximumLabels).map {
                LabelBody(
                    label: $0.name,
                    reference: $0.referenceShare,
                    current: $0.currentShare,
                    low: $0.interval.lower,
                    high: $0.interval.upper
                )
            },
            recentRequests: report.recentRequests,
            alerts: report.alerts.map(AlertBody.init),
            dropped: dropped
        )
    }
}

extension LatencyBody {
    init(_ histogram: LatencyHistogram) {
        self.init(
            p50: histogram.quantile(0.5),
            p90: histogram.quantile(0.9),
            p95: histogram.quantile(0.95),
            p99: histogram.quantile(0.99)
        )
    }
}

extension WindowBody {
    init(_ window: MonitorWindow) {
        self.init(
            startedAt: window.startedAt,
            endedAt: window.endedAt,
            requests: window.requests,
            errors: window.errors,
            errorCodes: window.errorCodes,
            latency: LatencyBody(window.latency),
            evidence: window.evidence
        )
    }
}

extension DriftBody {
    init(_ report: MonitorReport, guarantee: String) {
        let features = report.evidence?.features ?? []
        let threshold = report.evidence?.threshold ?? 0
        self.init(
            state: report.state.rawValue,
            evidence: report.evidence?.evidence ?? 0,
            threshold: threshold,
            featureThreshold: threshold + log10(Double(max(1, features.count))),
            observations: report.evidence?.observations ?? 0,
            guarantee: report.evidence == nil ? "" : guarantee,
            features: features.map { FeatureBody($0, report) }
        )
    }
}

extension FeatureBody {
    init(_ feature: DriftEvidence.Feature, _ report: MonitorReport) {
        let names = report.binNames[feature.name] ?? []
        let reference = Double(max(1, feature.reference.reduce(0, +))), window = Double(max(1, feature.windowSize))
        self.init(
            feature: feature.name,
            evidence: feature.evidence,
            windowSize: feature.windowSize,
            totalVariation: feature.totalVariation,
            jensenShannon: feature.jensenShannon,
            populationStability: feature.populationStability,
            pValue: report.pValues[feature.name],
            bins: zip(names, zip(feature.reference, feature.window)).map { name, counts in
                Bin(name: name, reference: Double(counts.0) / reference, window: Double(counts.1) / window)
            }
        )
    }
}

extension AlertBody {
    init(_ alert: DriftAlert) {
        self.init(
            id: alert.id,
            endpoint: alert.key.endpoint,
            model: alert.key.model,
            version: alert.key.version,
            at: alert.at,
            requests: alert.requests,
            evidence: alert.evidence,
            threshold: alert.threshold,
            leading: alert.leading.map {
                Leading(
                    feature: $0.feature,
                    evidence: $0.evidence,
                    windowSize: $0.windowSize,
                    totalVariation: $0.totalVariation,
                    jensenShannon: $0.jensenShannon
                )
            },
            journalSequence: alert.journalSequence,
            resolvedAt: alert.resolvedAt,
            resolution: alert.resolution
        )
    }
}

extension TriggerBody {
    init(_ trigger: StoredTrigger) {
        self.init(
            name: trigger.definition.name,
            on: trigger.definition.on,
            endpoint: trigger.definition.endpoint,
            pipeline: trigger.definition.pipeline,
            parameters: trigger.definition.parameters,
            cooldownSeconds: trigger.definition.cooldownSeconds,
            maximumPerDay: trigger.definition.maximumPerDay,
            appliedAt: trigger.appliedAt,
            appliedBy: trigger.appliedBy,
            firings: trigger.firings.map {
                Firing(
                    journalSequence: $0.journalSequence,
                    at: $0.at,
                    outcome: $0.outcome.rawValue,
                    reason: $0.reason,
                    run: $0.run
                )
            }
        )
    }
}
