/// Some points of one metric of one run, in columns: the three lists are of equal length.
package struct ImportedSeries: Sendable, Hashable, Codable {
    /// The run.
    package let runID: String
    /// The metric.
    package let key: String
    /// Milliseconds.
    package let timestamps: [Int64]
    /// Training steps.
    package let steps: [Int64]
    /// Values; nil is NaN. MLflow keeps the infinities as the largest doubles.
    package let values: [Double?]

    /// Makes a record.
    package init(runID: String, key: String, timestamps: [Int64], steps: [Int64], values: [Double?]) {
        self.runID = runID
        self.key = key
        self.timestamps = timestamps
        self.steps = steps
        self.values = values
    }

    enum CodingKeys: String, CodingKey {
        case key, timestamps, steps, values
        case runID = "run_id"
    }
}
