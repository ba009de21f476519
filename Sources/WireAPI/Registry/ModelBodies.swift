import Primitives

/// A model in a list.
package struct ModelBody: Codable, Sendable, Equatable {
    /// Its name.
    package let name: String
    /// What people say about it.
    package let description: String
    /// The version of each alias.
    package let aliases: [String: Int64]
    /// The newest version, if there is one.
    package let latestVersion: Int64?
    /// When it, or one of its versions, last changed.
    package let updatedAt: Timestamp

    enum CodingKeys: String, CodingKey {
        case name, description, aliases
        case latestVersion = "latest_version"
        case updatedAt = "updated_at"
    }

    /// Makes a body.
    package init(
        name: String,
        description: String,
        aliases: [String: Int64],
        latestVersion: Int64?,
        updatedAt: Timestamp
    ) {
        self.name = name
        self.description = description
        self.aliases = aliases
        self.latestVersion = latestVersion
        self.updatedAt = updatedAt
    }
}

/// A list of models.
package struct ModelListBody: Codable, Sendable, Equatable {
    /// The models, by name.
    package let models: [ModelBody]

    /// Makes a body.
    package init(models: [ModelBody]) { self.models = models }
}

/// A model with its versions.
package struct ModelDetailBody: Codable, Sendable, Equatable {
    /// The model.
    package let model: ModelBody
    /// Its versions, newest first.
    package let versions: [ModelVersionBody]

    /// Makes a body.
    package init(model: ModelBody, versions: [ModelVersionBody]) {
        self.model = model
        self.versions = versions
    }
}

/// What somebody found out about a version.
package struct AttestationBody: Codable, Sendable, Equatable {
    /// Its identifier.
    package let id: String
    /// `gate`, `scan`, `approval`, …
    package let kind: String
    /// The verdict.
    package let passed: Bool
    /// Why, one sentence each.
    package let reasons: [String]
    /// Figures behind the verdict.
    package let details: JSONValue
    /// Who made it.
    package let by: String
    /// When.
    package let at: Timestamp

    /// Makes a body.
    package init(
        id: String,
        kind: String,
        passed: Bool,
        reasons: [String],
        details: JSONValue,
        by: String,
        at: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.passed = passed
        self.reasons = reasons
        self.details = details
        self.by = by
        self.at = at
    }
}

/// An endpoint that serves a version.
package struct ModelDeploymentBody: Codable, Sendable, Equatable {
    /// The endpoint.
    package let endpoint: String
    /// Since when.
    package let since: Timestamp
    /// Who deployed it.
    package let by: String

    /// Makes a body.
    package init(endpoint: String, since: Timestamp, by: String) {
        self.endpoint = endpoint
        self.since = since
        self.by = by
    }
}

/// A version of a model.
package struct ModelVersionBody: Codable, Sendable, Equatable {
    /// The model.
    package let model: String
    /// Its number.
    package let version: Int64
    /// The digest of its package's tree; nil for a version that an MLflow client registered.
    package let packageDigest: Digest?
    /// The digest of the package's manifest.
    package let manifestDigest: Digest?
    /// Base64 of the Ed25519 signature over the 32 bytes of the manifest's digest.
    package let signature: String?
    /// Which key signed.
    package let keyID: String?
    /// Where it came from.
    package let source: String
    /// Where an MLflow client downloads it.
    package let downloadURI: String
    /// The tracking run that trained it.
    package let mlflowRun: String?
    /// The pipeline run that made it.
    package let pipelineRun: String?
    /// The task of that run.
    package let pipelineTask: String?
    /// MLflow's stage.
    package let stage: String
    /// Who created it.
    package let createdBy: String
    /// When.
    package let createdAt: Timestamp
    /// The aliases that point at it.
    package let aliases: [String]
    /// Its tags.
    package let tags: [String: String]
    /// What was found out about it, oldest first.
    package let attestations: [AttestationBody]
    /// Where it runs now.
    package let deployments: [ModelDeploymentBody]

    enum CodingKeys: String, CodingKey {
        case model
        case version
        case packageDigest = "package_digest"
        case manifestDigest = "manifest_digest"
        case signature
        case keyID = "key_id"
        case source
        case downloadURI = "download_uri"
        case mlflowRun = "mlflow_run"
        case pipelineRun = "pipeline_run"
        case pipelineTask = "pipeline_task"
        case stage
        case createdBy = "created_by"
        case createdAt = "created_at"
        case aliases
        case tags
        case attestations
        case deployments
    }

    /// Makes a body.
    package init(
        model: String,
        version: Int64,
        packageDigest: Digest?,
        manifestDigest: Digest?,
        signature: String?,
        keyID: String?,
        source: String,
        downloadURI: String,
        mlflowRun: String?,
        pipelineRun: String?,
        pipelineTask: String?,
        stage: String,
        createdBy: String,
        createdAt: Timestamp,
        aliases: [String],
        tags: [String: String],
        attestations: [AttestationBody],
        deployments: [ModelDeploymentBody]
    ) {
        self.model = model
        self.version = version
        self.packageDigest = packageDigest
        self.manifestDigest = manifestDigest
        self.signature = signature
        self.keyID = keyID
        self.source = source
        self.downloadURI = downloadURI
        self.mlflowRun = mlflowRun
        self.pipelineRun = pipelineRun
        self.pipelineTask = pipelineTask
        self.stage = stage
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.aliases = aliases
        self.tags = tags
        self.attestations = attestations
        self.deployments = deployments
    }
}
