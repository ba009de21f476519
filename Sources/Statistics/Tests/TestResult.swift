/// The outcome of a classical test: how far apart the samples are, and how often equal sources would differ that much.
package struct TestResult: Sendable, Codable, Hashable {
    /// The test's statistic.
    package let statistic: Double
    /// The probability, were there no difference, of a statistic at least this large. One look only: a p-value that is
    /// watched request by request falls below any threshold in time; see `SequentialDriftDetector` for streams.
    package let pValue: Double

    /// Makes a result.
    package init(statistic: Double, pValue: Double) {
        self.statistic = statistic
        self.pValue = pValue
    }

    enum CodingKeys: String, CodingKey {
        case statistic
        case pValue = "p_value"
    }
}
