import Primitives
import Synchronization

/// What is kept of an endpoint across restarts.
package struct EndpointRecord: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// What was asked for.
    package let reference: ModelReference
    /// The variant that was asked for; nil for the package's default.
    package let wantedVariant: String?
    /// The registered model.
    package let model: String
    /// The version that answers.
    package let version: Int
    /// The variant that answers.
    package let variant: String
    /// The tree digest of the package.
    package let package: Digest
    /// When the endpoint was made.
    package let createdAt: Timestamp
    /// Since when this version answers.
    package let since: Timestamp
    /// Who deployed it.
    package let deployedBy: String

    /// Makes a record.
    package init(
        name: String,
        reference: ModelReference,
        wantedVariant: String?,
        model: String,
        version: Int,
        variant: String,
        package: Digest,
        createdAt: Timestamp,
        since: Timestamp,
        deployedBy: String
    ) {
        self.name = name
        self.reference = reference
        self.wantedVariant = wantedVariant
        self.model = model
        self.version = version
        self.variant = variant
        self.package = package
        self.createdAt = createdAt
        self.since = since
        self.deployedBy = deployedBy
    }
}

/// An endpoint as it stands now. A request copies the value and so holds the model that it began with; a swapped-out
/// model is released when the last such request has ended.
package struct Endpoint: Sendable {
    /// What is kept.
    package let record: EndpointRecord
    /// The loaded model, or why there is none.
    package let state: Result<ServedModel, PlatformError>
    /// Counts since the server started.
    package let metrics: EndpointMetrics
    /// Its policy at work; nil without one.
    package var gate: EndpointGate?

    /// The model.
    ///
    /// - Throws: `endpoint_unavailable` with the reason.
    package func model() throws -> ServedModel {
        switch state {
        case .success(let model): return model
        case .failure(let reason):
            throw PlatformError(
                .endpointUnavailable,
                "The endpoint '\(record.name)' cannot serve \(record.model)/\(record.version): \(reason.message)",
                nextStep:
                    "Mend the cause and deploy again: aku endpoints deploy \(record.name) --model \(record.reference).",
                context: ["endpoint": record.name, "cause": reason.code.name]
            )
        }
    }
}

/// The endpoints that requests see: one lock, held for a dictionary look-up, no actor on the way of a prediction.
package final class EndpointTable: Sendable {
    private let endpoints = Mutex<[String: Endpoint]>([:])

    /// Starts empty.
    package init() {}

    /// Every endpoint, by name.
    package func all() -> [Endpoint] {
        endpoints.withLock { Array($0.values) }.sorted { $0.record.name < $1.record.name }
    }

    /// An endpoint.
    ///
    /// - Throws: `unknown_endpoint`, with the name that was probably meant.
    package func endpoint(_ name: String) throws -> Endpoint {
        if let endpoint = find(name) { return endpoint }
        let known = all().map(\.record.name)
        throw PlatformError(
            .unknownEndpoint,
            "There is no endpoint '\(name.prefix(80))'.",
            nextStep: known.isEmpty
                ? "Deploy one: aku endpoints deploy NAME --model MODEL@champion."
                : Suggestion.phrase(for: name, among: known),
            context: ["endpoint": String(name.prefix(128))]
        )
    }

    func find(_ name: String) -> Endpoint? { endpoints.withLock { $0[name] } }

    /// Takes an endpoint away; requests that have begun on it end on it.
    func remove(_ name: String) { endpoints.withLock { $0[name] = nil } }

    /// Puts an endpoint in place, or in the place of another: requests see the old or the new, never neither.
    func set(_ endpoint: Endpoint) { endpoints.withLock { $0[endpoint.record.name] = endpoint } }
}
