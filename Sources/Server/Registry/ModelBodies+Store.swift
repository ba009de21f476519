import Registry
import WireAPI

extension ModelBody {
    init(_ model: RegisteredModel) {
        self.init(
            name: model.name,
            description: model.description ?? "",
            aliases: Dictionary(model.aliases.map { ($0.alias, $0.version) }, uniquingKeysWith: { _, last in last }),
            latestVersion: model.latestVersions.map(\.version).max(),
            updatedAt: model.lastUpdateTime
        )
    }
}

extension AttestationBody {
    init(_ attestation: Attestation) {
        self.init(
            id: attestation.id,
            kind: attestation.kind,
            passed: attestation.passed,
            reasons: attestation.reasons,
            details: attestation.details,
            by: attestation.by,
            at: attestation.at
        )
    }
}

extension ModelVersionBody {
    init(_ version: ModelVersion, attestations: [Attestation], deployments: [Deployment]) {
        self.init(
            model: version.model,
            version: version.version,
            packageDigest: version.seal?.package,
            manifestDigest: version.seal?.manifest,
            signature: version.seal?.signature,
            keyID: version.seal?.keyID,
            source: version.source,
            downloadURI: version.storageLocation,
            mlflowRun: version.runID,
            pipelineRun: version.pipelineRun,
            pipelineTask: version.pipelineTask,
            stage: version.stage,
            createdBy: version.createdBy,
            createdAt: version.creationTime,
            aliases: version.aliases,
            tags: Dictionary(version.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
            attestations: attestations.map(AttestationBody.init),
            deployments: deployments.filter { $0.version == version.version }
                .map { ModelDeploymentBody(endpoint: $0.endpoint, since: $0.since, by: $0.by) }
        )
    }
}
