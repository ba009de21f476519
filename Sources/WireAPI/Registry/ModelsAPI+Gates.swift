import Primitives

extension ModelsAPI {
    /// What versions must have passed before an alias or a stage of a model is given to them.
    package static let gates = Route(
        .get,
        "/api/v1/models/{name}/gates",
        permission: .modelsRead,
        reply: ModelGatesBody.self
    )
    /// Sets one gate; no kinds remove it.
    package static let setGate = Route(
        .put,
        "/api/v1/models/{name}/gates/{target}",
        permission: .modelsPromote,
        body: SetGateBody.self,
        reply: ModelGatesBody.self
    )
    /// The walk from a version back to its run, its tasks and its data.
    package static let lineage = Route(
        .get,
        "/api/v1/models/{name}/versions/{version}/lineage",
        permission: .modelsRead,
        reply: TraceReply.self
    )
}

/// A gate of a model.
package struct ModelGateBody: Codable, Sendable, Equatable {
    /// The alias or stage.
    package let target: String
    /// Kinds of attestations; the newest of each must have passed.
    package let requires: [String]
    /// Who set it.
    package let by: String
    /// When.
    package let at: Timestamp

    /// Makes a body.
    package init(target: String, requires: [String], by: String, at: Timestamp) {
        self.target = target
        self.requires = requires
        self.by = by
        self.at = at
    }
}

/// A model's gates.
package struct ModelGatesBody: Codable, Sendable, Equatable {
    /// By target.
    package let gates: [ModelGateBody]

    /// Makes a body.
    package init(gates: [ModelGateBody]) { self.gates = gates }
}

/// What a gate asks for.
package struct SetGateBody: Codable, Sendable, Equatable {
    /// Kinds of attestations.
    package let requires: [String]

    /// Makes a body.
    package init(requires: [String]) { self.requires = requires }
}
