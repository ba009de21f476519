import Primitives

/// The bounds of the MLflow protocol (`mlflow/utils/validation.py` of 3.17) and the checks that state them.
package enum TrackingLimits {
    /// The most metrics in one `log-batch`.
    package static let metricsPerBatch = 1000
    /// The most params, and the most tags, in one `log-batch`.
    package static let paramsPerBatch = 100
    /// The longest param value, in characters; the rest is cut off, as MLflow does by default.
    package static let paramValueLength = 6000
    /// The longest run tag value, in characters; the rest is cut off, as MLflow does by default.
    package static let tagValueLength = 8000
    /// The longest experiment name, in characters.
    package static let experimentNameLength = 500
    /// The longest experiment tag value, in characters.
    package static let experimentTagValueLength = 20_000
    /// The most runs or experiments in one page.
    package static let pageSize = 50_000
    /// The most data sets in one `log-inputs`.
    package static let datasetsPerRequest = 10_000

    /// Checks a metric's name and time.
    ///
    /// - Parameter path: where the metric stands in the request; made only for an error.
    static func check(_ metric: MetricPoint, path: @autoclosure () -> String) throws {
        try MLflowName.checkKey(metric.key, path: path().isEmpty ? "name" : "\(path()).name")
        if metric.timestamp < 0 {
            let path = path()
            throw MLflowName.invalid(
                path.isEmpty ? "timestamp" : "\(path).timestamp",
                "\(metric.timestamp)",
                "metric '\(metric.key)' (value=\(metric.value)). Timestamp must be a nonnegative long (64-bit integer) "
            )
        }
        try MLflowName.checkLength("Metric name", metric.key, upTo: MLflowName.maximumKeyLength)
    }

    /// Checks a param and cuts an overlong value.
    static func param(_ param: KeyValue, path: String) throws -> KeyValue {
        try MLflowName.checkKey(param.key, path: path.isEmpty ? "key" : "\(path).key")
        try MLflowName.checkLength("Param key", param.key, upTo: MLflowName.maximumKeyLength)
        return KeyValue(param.key, cut(param.value, to: paramValueLength))
    }

    /// Checks a run tag and cuts an overlong value.
    static func tag(_ tag: KeyValue, path: String) throws -> KeyValue {
        let place = path.isEmpty ? "key" : "\(path).key"
        try MLflowName.checkKey(tag.key, path: place)
        try MLflowName.checkLength(place, tag.key, upTo: MLflowName.maximumKeyLength)
        return KeyValue(tag.key, cut(tag.value, to: tagValueLength))
    }

    /// Checks an experiment's tag; an overlong value is refused.
    static func experimentTag(_ tag: KeyValue) throws {
        try MLflowName.checkKey(tag.key, path: "key")
        try MLflowName.checkLength("key", tag.key, upTo: MLflowName.maximumKeyLength)
        try MLflowName.checkLength("value", tag.value, upTo: experimentTagValueLength)
    }

    /// Checks a page size.
    static func page(_ size: Int, what: String = "max_results") throws {
        if (1...pageSize).contains(size) { return }
        throw PlatformError.mlflowInvalid(
            "Invalid value \(size) for parameter '\(what)' supplied. "
                + (size < 1 ? "It must be a positive integer" : "It must be at most \(pageSize)")
        )
    }

    private static func cut(_ value: String, to limit: Int) -> String {
        guard value.utf8.count > limit, value.unicodeScalars.count > limit else { return value }
        return String(String.UnicodeScalarView(value.unicodeScalars.prefix(limit)))
    }
}
