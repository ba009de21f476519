import Primitives
import Storage

/// One logged value of a metric.
package struct MetricPoint: Sendable, Hashable {
    /// The metric's name.
    package let key: String
    /// The value; NaN and the infinities are values.
    package let value: Double
    /// When it was logged, by the client's clock: milliseconds.
    package let timestamp: Int64
    /// The training step; 0 by default.
    package let step: Int64
    /// The logged model that it measures, if any.
    package let modelID: String?
    /// The data set that it was measured on, if any.
    package let datasetName: String?
    /// The digest of that data set, if any.
    package let datasetDigest: String?

    /// Makes a point.
    package init(
        key: String,
        value: Double,
        timestamp: Int64,
        step: Int64 = 0,
        modelID: String? = nil,
        datasetName: String? = nil,
        datasetDigest: String? = nil
    ) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
        self.modelID = modelID
        self.datasetName = datasetName
        self.datasetDigest = datasetDigest
    }

    /// A point from a row with key, value, is_nan, timestamp and step.
    init(row: SQLRow) throws {
        self.init(
            key: try row.text("key"),
            value: try row.bool("is_nan") ? .nan : row.real("value"),
            timestamp: try row.integer("timestamp"),
            step: try row.integer("step")
        )
    }

    /// The value as SQL keeps it: 0 for NaN (its own column says so), the largest doubles for the infinities. MLflow stores the
    /// same, so `inf` reads back as 1.797e308 from both servers.
    var storedValue: Double {
        if value.isNaN { return 0 }
        if value.isInfinite { return value > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude }
        return value
    }

    /// Whether this point is later than another: by step, then time, then value.
    func isLater(than other: MetricPoint) -> Bool {
        (step, timestamp, storedValue) > (other.step, other.timestamp, other.storedValue)
    }
}
