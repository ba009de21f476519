import Primitives

/// Routes of endpoints: which model answers where, and asking it.
package enum ServingAPI {
    /// The most texts in one request.
    package static let maximumTexts = 256
    /// The largest body of a prediction request, in bytes.
    package static let maximumBodyBytes = 4 << 20

    /// Every endpoint, by name.
    package static let list = Route(.get, "/api/v1/endpoints", permission: .endpointsRead, reply: EndpointList.self)
    /// One endpoint.
    package static let show = Route(
        .get,
        "/api/v1/endpoints/{name}",
        permission: .endpointsRead,
        reply: EndpointBody.self
    )
    /// Makes an endpoint serve a model, or another version of it; answers when the new version takes the requests.
    package static let deploy = Route(
        .put,
        "/api/v1/endpoints/{name}",
        permission: .endpointsDeploy,
        body: DeployBody.self,
        reply: DeployReply.self
    )
    /// Counts and latencies since the server started.
    package static let stats = Route(
        .get,
        "/api/v1/endpoints/{name}/stats",
        permission: .endpointsRead,
        reply: EndpointStats.self
    )
    /// Classifies texts. The same path with `{"text": …}` answers with one prediction, without the list.
    package static let predict = Route(
        .post,
        "/api/v1/endpoints/{name}/predict",
        permission: .endpointsPredict,
        maximumBodyBytes: maximumBodyBytes,
        body: PredictBody.self,
        reply: PredictionList.self
    )
    /// The short form of `predict`.
    package static let shortPredictPath = "/endpoints/{name}/predict"
    /// The reply's header with the prediction id.
    package static let predictionHeader = "X-Aku-Prediction-Id"
    /// The reply's header with the model version.
    package static let versionHeader = "X-Aku-Model-Version"
}

/// Which model an endpoint shall serve.
package struct DeployBody: Codable, Sendable, Equatable {
    /// `model@alias` or `model/version`.
    package let model: String
    /// The package's variant; nil for its default.
    package let variant: String?

    /// Makes the body.
    package init(model: String, variant: String? = nil) {
        self.model = model
        self.variant = variant
    }
}

/// An endpoint.
package struct EndpointBody: Codable, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// `ready`, or `unavailable` with the reason in `problem`.
    package let state: String
    /// What was asked for: `model@alias` or `model/version`.
    package let reference: String
    /// The registered model.
    package let model: String
    /// The version that answers.
    package let version: Int
    /// The package's variant that answers.
    package let variant: String
    /// The tree digest of the package.
    package let package: Digest
    /// Since when this version answers.
    package let since: Timestamp
    /// Whether a text's answer is the same alone and among others.
    package let batchInvariant: Bool
    /// Why the endpoint does not answer; nil when it does.
    package let problem: String?

    /// Makes the body.
    package init(
        name: String,
        state: String,
        reference: String,
        model: String,
        version: Int,
        variant: String,
        package: Digest,
        since: Timestamp,
        batchInvariant: Bool,
        problem: String?
    ) {
        self.name = name
        self.state = state
        self.reference = reference
        self.model = model
        self.version = version
        self.variant = variant
        self.package = package
        self.since = since
        self.batchInvariant = batchInvariant
        self.problem = problem
    }

    enum CodingKeys: String, CodingKey {
        case name, state, reference, model, version, variant, package, since, problem
        case batchInvariant = "batch_invariant"
    }
}

/// Every endpoint.
package struct EndpointList: Codable, Sendable, Equatable {
    /// By name.
    package let endpoints: [EndpointBody]

    /// Makes the list.
    package init(endpoints: [EndpointBody]) {
        self.endpoints = endpoints
    }
}

/// What a deployment did.
package struct DeployReply: Codable, Sendable, Equatable {
    /// The endpoint as it is now.
    package let endpoint: EndpointBody
    /// The version that answered before; nil for a new endpoint.
    package let previousVersion: Int?
    /// False when the endpoint served this very version already.
    package let changed: Bool

    /// Makes the reply.
    package init(endpoint: EndpointBody, previousVersion: Int?, changed: Bool) {
        self.endpoint = endpoint
        self.previousVersion = previousVersion
        self.changed = changed
    }

    enum CodingKeys: String, CodingKey {
        case endpoint, changed
        case previousVersion = "previous_version"
    }
}
