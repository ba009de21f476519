import Primitives
import Storage

/// A sum over traces, spans or assessments (`query_trace_metrics` of MLflow 3.17).
package struct TraceMetricQuery: Sendable {
    /// What is counted.
    package enum View: String, Sendable, Hashable {
        case traces = "TRACES"
        case spans = "SPANS"
        case assessments = "ASSESSMENTS"
    }

    /// How values become one.
    package enum Aggregation: Sendable, Hashable {
        case count
        case sum
        case mean
        case least
        case greatest
        /// With linear interpolation between neighbours; from 0 to 100.
        case percentile(Double)

        var name: String {
            switch self {
            case .count: "COUNT"
            case .sum: "SUM"
            case .mean: "AVG"
            case .least: "MIN"
            case .greatest: "MAX"
            case .percentile: "PERCENTILE"
            }
        }

        /// How the value is called in the reply: `AVG`, `P99.0`.
        var label: String {
            if case .percentile(let value) = self { "P\(value)" } else { name }
        }
    }

    /// One group with its values.
    package struct Point: Sendable, Hashable {
        /// The group, by dimension; `time_bucket` is the bucket's beginning, RFC 3339 in UTC.
        package let dimensions: [KeyValue]
        /// What came out, by aggregation.
        package let values: [String: Double]
    }

    /// The experiments.
    package let experiments: [Int64]
    /// What is counted.
    package let view: View
    /// The figure: `latency`, `total_tokens`, …
    package let metric: String
    /// How values become one.
    package let aggregations: [Aggregation]
    /// What groups them.
    package let dimensions: [String]
    /// Conditions such as `trace.status = 'OK'`.
    package let filters: [String]
    /// Groups by time, if positive.
    package let interval: Int64?
    /// The earliest and latest time, in milliseconds, both included.
    package let start: Int64?
    package let end: Int64?
    /// The most groups.
    package let maximum: Int

    /// Describes a sum.
    package init(
        experiments: [Int64],
        view: View,
        metric: String,
        aggregations: [Aggregation],
        dimensions: [String] = [],
        filters: [String] = [],
        interval: Int64? = nil,
        start: Int64? = nil,
        end: Int64? = nil,
        maximum: Int = 1000
    ) {
        self.experiments = experiments
        self.view = view
        self.metric = metric
        self.aggregations = aggregations
        self.dimensions = dimensions
        self.filters = filters
        self.interval = interval.flatMap { $0 > 0 ? $0 : nil }
        self.start = start
        self.end = end
        self.maximum = maximum
    }

    /// What a figure is and what may be asked of it.
    struct Figure: Sendable {
        let sql: String
        let aggregations: Set<String>
        let dimensions: [String: String]
    }

    private static let sums: Set<String> = ["SUM", "AVG", "MIN", "MAX", "PERCENTILE"]
    private static let spreads: Set<String> = ["AVG", "MIN", "MAX", "PERCENTILE"]
    private static let models = ["span_model_name": "s.model_name", "span_model_provider": "s.model_provider"]

    /// The figures of each view.
    static let figures: [View: [String: Figure]] = [
        .traces: [
            "trace_count": Figure(
                sql: "1",
                aggregations: ["COUNT"],
                dimensions: ["trace_name": "t.trace_name", "trace_status": "t.status"]
            ),
            "session_count": Figure(sql: "t.session_id", aggregations: ["COUNT"], dimensions: [:]),
            "latency": Figure(
                sql: "t.execution_time_ms",
                aggregations: spreads,
                dimensions: ["trace_name": "t.trace_name"]
            ),
        ].merging(
            TraceAnalytics.tokenKeys.dropLast().map { key in
                (key, Figure(sql: "t.\(key)", aggregations: sums, dimensions: ["trace_name": "t.trace_name"]))
            },
            uniquingKeysWith: { first, _ in first }
        ),
        .spans: [
            "span_count": Figure(
                sql: "1",
                aggregations: ["COUNT"],
                dimensions: ["span_name": "s.name", "span_type": "s.type", "span_status": "s.status"]
                    .merging(models, uniquingKeysWith: { first, _ in first })
            ),
            "latency": Figure(
                sql: "((s.end_time_unix_nano - s.start_time_unix_nano) / 1000000)",
                aggregations: spreads,
                dimensions: ["span_name": "s.name", "span_status": "s.status"]
            ),
        ].merging(
            TraceAnalytics.costKeys.map { ($0, Figure(sql: "s.\($0)", aggregations: sums, dimensions: models)) },
            uniquingKeysWith: { first, _ in first }
        ),
        .assessments: [
            "assessment_count": Figure(
                sql: "1",
                aggregations: ["COUNT"],
                dimensions: ["assessment_name": "a.name", "assessment_value": "a.value"]
            ),
            "assessment_value": Figure(
                sql: "a.aggregate_value",
                aggregations: spreads,
                dimensions: ["assessment_name": "a.name"]
            ),
        ],
    ]

    /// The figure that is asked for.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for an unknown one, or for what may not be asked of it.
    func figure() throws -> Figure {
        func list(_ names: some Collection<String>) -> String {
            "[\(names.sorted().map { "'\($0)'" }.joined(separator: ", "))]"
        }
        let known = Self.figures[view] ?? [:]
        guard let figure = known[metric] else {
            throw PlatformError.mlflowInvalid("metric_name must be one of \(list(known.keys)), got '\(metric)'")
        }
        let bad = Set(aggregations.map(\.name)).subtracting(figure.aggregations)
        guard bad.isEmpty else {
            throw PlatformError.mlflowInvalid(
                "Found invalid aggregation_type(s): \(list(bad)). "
                    + "Supported aggregation types: \(list(figure.aggregations))"
            )
        }
        let unknown = dimensions.filter { figure.dimensions[$0] == nil }
        guard unknown.isEmpty else {
            throw PlatformError.mlflowInvalid(
                "Found invalid dimension(s): \(list(unknown)). "
                    + "Supported dimensions: \(list(figure.dimensions.keys))"
            )
        }
        if interval != nil, start == nil || end == nil {
            throw PlatformError.mlflowInvalid(
                "start_time_ms and end_time_ms are required if time_interval_seconds is set"
            )
        }
        if let interval, interval > 1 << 40 {
            throw PlatformError.mlflowInvalid("time_interval_seconds is too large: \(interval)")
        }
        return figure
    }
}
