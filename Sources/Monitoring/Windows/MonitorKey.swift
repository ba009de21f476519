import Primitives

/// One model version on one endpoint: what windows, detector states and alerts belong to.
package struct MonitorKey: Sendable, Codable, Hashable {
    /// The endpoint's name.
    package let endpoint: String
    /// The registered model's name.
    package let model: String
    /// The model version.
    package let version: Int

    /// Names a version on an endpoint.
    package init(endpoint: String, model: String, version: Int) {
        self.endpoint = endpoint
        self.model = model
        self.version = version
    }

    /// The key of a prediction.
    package init(_ record: PredictionRecord) {
        self.init(endpoint: record.endpoint, model: record.model, version: record.version)
    }

    /// The journal's subject of the endpoint.
    package var subject: String { "endpoint/\(endpoint)" }
}
