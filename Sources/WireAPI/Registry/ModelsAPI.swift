import Primitives

/// Aku's own routes of the registry: sealed packages, attestations, compare-and-set aliases, promotions.
package enum ModelsAPI {
    /// Every model with its aliases.
    package static let list = Route(.get, "/api/v1/models", permission: .modelsRead, reply: ModelListBody.self)
    /// A model with every version.
    package static let show = Route(.get, "/api/v1/models/{name}", permission: .modelsRead, reply: ModelDetailBody.self)
    /// A version: a number, or `@alias`.
    package static let version = Route(
        .get,
        "/api/v1/models/{name}/versions/{version}",
        permission: .modelsRead,
        reply: ModelVersionBody.self
    )
    /// Registers a package that was uploaded as a tree. The same package again gives the same version.
    package static let register = Route(
        .post,
        "/api/v1/models/{name}/versions",
        permission: .modelsWrite,
        body: RegisterVersionBody.self,
        reply: RegisteredVersionBody.self
    )
    /// Records what somebody found out about a version.
    package static let attest = Route(
        .post,
        "/api/v1/models/{name}/versions/{version}/attestations",
        permission: .modelsWrite,
        body: NewAttestationBody.self,
        reply: AttestationBody.self
    )
    /// Moves an alias, by compare-and-set.
    package static let moveAlias = Route(
        .put,
        "/api/v1/models/{name}/aliases/{alias}",
        permission: .modelsPromote,
        body: MoveAliasBody.self,
        reply: MovedAliasBody.self
    )
    /// Promotes a version when its gate said so; otherwise records the refusal.
    package static let promote = Route(
        .post,
        "/api/v1/models/{name}/promotions",
        permission: .modelsPromote,
        body: PromotionBody.self,
        reply: PromotedBody.self
    )
}

/// What a gate decided; the file that `aku models gate` writes.
package struct GateDecision: Codable, Sendable, Equatable {
    /// Whether the challenger may become champion.
    package let promote: Bool
    /// Why, one sentence each.
    package let reasons: [String]

    /// Makes a decision.
    package init(promote: Bool, reasons: [String]) {
        self.promote = promote
        self.reasons = reasons
    }
}

/// A package to register.
package struct RegisterVersionBody: Codable, Sendable, Equatable {
    /// The digest of the package's tree.
    package let packageDigest: Digest
    /// The tracking run that trained the model.
    package let mlflowRun: String?
    /// The pipeline run.
    package let pipelineRun: String?
    /// The task of that run.
    package let pipelineTask: String?
    /// Tags of the version.
    package let tags: [String: String]?
    /// An alias to point at the version, whatever it points at now.
    package let alias: String?

    enum CodingKeys: String, CodingKey {
        case packageDigest = "package_digest"
        case mlflowRun = "mlflow_run"
        case pipelineRun = "pipeline_run"
        case pipelineTask = "pipeline_task"
        case tags
        case alias
    }

    /// Makes a body.
    package init(
        packageDigest: Digest,
        mlflowRun: String? = nil,
        pipelineRun: String? = nil,
        pipelineTask: String? = nil,
        tags: [String: String]? = nil,
        alias: String? = nil
    ) {
        self.packageDigest = packageDigest
        self.mlflowRun = mlflowRun
        self.pipelineRun = pipelineRun
        self.pipelineTask = pipelineTask
        self.tags = tags
        self.alias = alias
    }
}

/// A registered version.
package struct RegisteredVersionBody: Codable, Sendable, Equatable {
    /// The version.
    package let version: ModelVersionBody
    /// False when the package was registered before.
    package let created: Bool

    /// Makes a body.
    package init(version: ModelVersionBody, created: Bool) {
        self.version = version
        self.created = created
    }
}

/// An attestation to record.
package struct NewAttestationBody: Codable, Sendable, Equatable {
    /// `gate`, `scan`, `approval`, …
    package let kind: String
    /// The verdict.
    package let passed: Bool
    /// Why, one sentence each.
    package let reasons: [String]
    /// Figures behind the verdict.
    package let details: JSONValue?

    /// Makes a body.
    package init(kind: String, passed: Bool, reasons: [String], details: JSONValue? = nil) {
        self.kind = kind
        self.passed = passed
        self.reasons = reasons
        self.details = details
    }
}

/// Where an alias goes.
package struct MoveAliasBody: Codable, Sendable, Equatable {
    /// The version that it will point at.
    package let version: Int64
    /// The version that it must point at now: 0 for none, nil for any.
    package let expected: Int64?

    /// Makes a body.
    package init(version: Int64, expected: Int64?) {
        self.version = version
        self.expected = expected
    }
}

/// Where an alias went.
package struct MovedAliasBody: Codable, Sendable, Equatable {
    /// The model.
    package let model: String
    /// The alias.
    package let alias: String
    /// The version before, if any.
    package let from: Int64?
    /// The version now.
    package let to: Int64

    /// Makes a body.
    package init(model: String, alias: String, from: Int64?, to: Int64) {
        self.model = model
        self.alias = alias
        self.from = from
        self.to = to
    }
}

/// A version to promote, and what its gate said.
package struct PromotionBody: Codable, Sendable, Equatable {
    /// The version.
    package let version: Int64
    /// The alias to move; `champion` by default.
    package let alias: String?
    /// The version that the alias must point at now: 0 for none, nil for any.
    package let expected: Int64?
    /// What the gate decided.
    package let decision: GateDecision

    /// Makes a body.
    package init(version: Int64, alias: String?, expected: Int64?, decision: GateDecision) {
        self.version = version
        self.alias = alias
        self.expected = expected
        self.decision = decision
    }
}

/// How a promotion ended.
package struct PromotedBody: Codable, Sendable, Equatable {
    /// The model.
    package let model: String
    /// The alias.
    package let alias: String
    /// Whether the alias now points at the version.
    package let promoted: Bool
    /// The version before, if any.
    package let from: Int64?
    /// The version now, if any.
    package let to: Int64?
    /// Why, one sentence each.
    package let reasons: [String]

    /// Makes a body.
    package init(model: String, alias: String, promoted: Bool, from: Int64?, to: Int64?, reasons: [String]) {
        self.model = model
        self.alias = alias
        self.promoted = promoted
        self.from = from
        self.to = to
        self.reasons = reasons
    }
}
