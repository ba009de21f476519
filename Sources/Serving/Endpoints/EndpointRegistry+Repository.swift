import Primitives
import Storage

/// Loading and unloading by name, as the Open Inference Protocol's model repository has it.
extension EndpointRegistry {
    /// Loads what an endpoint's reference names now: an unloaded endpoint answers again, and one whose alias has moved
    /// follows it.
    ///
    /// - Throws: `unknown_endpoint` and as `deploy`.
    package func load(_ name: String, actor principal: String) async throws -> Deployed {
        let record = try table.endpoint(name).record
        return try await deploy(
            name,
            reference: record.reference,
            variant: record.wantedVariant,
            actor: principal
        )
    }

    /// Releases an endpoint's model when the last request that it answers has ended. The endpoint itself stays and refuses
    /// requests until it is loaded, deployed to, or the server starts anew.
    ///
    /// - Throws: `unknown_endpoint`; `deploy_in_progress`.
    package func unload(_ name: String, actor principal: String) async throws {
        let endpoint = try table.endpoint(name)
        guard case .success = endpoint.state else { return }
        try begin(name)
        defer { end(name) }
        let event = JournalEvent(
            kind: "endpoint.unloaded",
            subject: "endpoint/\(name)",
            actor: principal,
            body: .object([
                "model": .string(endpoint.record.model), "version": .integer(Int64(endpoint.record.version)),
            ])
        )
        try await store.save(endpoint.record, event: event)
        let reason = PlatformError(
            .endpointUnloaded,
            "The model was unloaded.",
            nextStep: "Load it: POST /v2/repository/models/\(name)/load."
        )
        table.set(endpoint.replacing(state: .failure(reason)))
    }
}

extension Endpoint {
    /// Whether the model was unloaded on purpose.
    package var isUnloaded: Bool {
        if case .failure(let reason) = state { reason.code == .endpointUnloaded } else { false }
    }

    /// The same endpoint with another model, or without one.
    func replacing(state: Result<ServedModel, PlatformError>) -> Endpoint {
        Endpoint(record: record, state: state, metrics: metrics, gate: gate)
    }
}

extension ErrorCode {
    /// The endpoint's model was unloaded on purpose.
    package static let endpointUnloaded = ErrorCode("endpoint_unloaded", .unavailable)
}
