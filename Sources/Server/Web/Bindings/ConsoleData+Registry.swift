import Primitives
import Registry

extension ConsoleData {
    /// Versions of a model that its page shows, newest first.
    static let shownVersions = 50

    /// Answers the questions about models.
    mutating func bind(registry store: RegistryStore) {
        models = {
            var out: [Console.Model] = []
            let page = try await store.searchModels(filter: nil, order: [], maximum: 100, token: nil)
            for model in page.elements { out.append(try await Self.model(model, store)) }
            return out
        }
        model = { name in try await Self.model(try await store.model(name), store) }
    }

    private static func model(_ model: RegisteredModel, _ store: RegistryStore) async throws -> Console.Model {
        let deployments = try await store.deployments(of: model.name)
        var versions: [Console.ModelVersion] = []
        for version in try await store.versions(of: model.name).prefix(shownVersions) {
            let attestations = try await store.attestations(model.name, version.version)
            versions.append(
                Console.ModelVersion(
                    version,
                    attestations,
                    endpoints: deployments.filter { $0.version == version.version }.map(\.endpoint)
                )
            )
        }
        return Console.Model(name: model.name, description: model.description ?? "", versions: versions)
    }
}

extension Console.ModelVersion {
    fileprivate init(_ version: ModelVersion, _ attestations: [Attestation], endpoints: [String]) {
        self.init(
            model: version.model,
            version: Int(version.version),
            createdAt: version.creationTime,
            createdBy: version.createdBy,
            aliases: version.aliases,
            packageDigest: version.seal?.package.description,
            keyID: version.seal?.keyID,
            runID: version.runID.flatMap { $0.isEmpty ? nil : $0 },
            pipelineRun: version.pipelineRun,
            attestations: attestations.map {
                Console.Attestation(kind: $0.kind, passed: $0.passed, reasons: $0.reasons, madeBy: $0.by, madeAt: $0.at)
            },
            endpoints: endpoints
        )
    }
}
