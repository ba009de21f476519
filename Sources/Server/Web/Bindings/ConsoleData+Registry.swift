import Primitives
import Registry
import Storage

extension ConsoleData {
    /// Models in the list.
    static let shownModels = 200
    /// Versions of a model that its page shows, newest first.
    static let shownVersions = 100
    /// Files of a version that its page lists.
    static let shownFiles = 300

    /// Answers the questions about models.
    mutating func bind(registry store: RegistryStore, objects: ObjectStore, lineage finder: LineageFinder) {
        models = {
            let overview = try await store.overview(maximum: Self.shownModels)
            return overview.models.map { Console.Model($0, overview) }
        }
        model = { name in
            let overview = try await store.overview(of: name, versions: Self.shownVersions)
            guard let model = overview.models.first else { throw ConsoleData.missing("model", name) }
            var page = Console.Model(model, overview)
            page.gates = try await store.gates(of: name).map(Console.Gate.init)
            return page
        }
        modelVersion = { name, number in
            let version = try await store.version(name, Int64(number))
            let deployments = try await store.deployments(of: name)
            let attestations = try await store.attestations(name, Int64(number))
            var tree = version.seal?.package
            if tree == nil { tree = try await store.content(name, Int64(number))?.tree }
            let entries = tree.flatMap { try? objects.tree($0).entries }
            return Console.VersionDetail(
                version: Console.ModelVersion(version, attestations, deployments),
                lineage: try await finder.lineage(of: version, deployments: deployments),
                files: entries?.prefix(Self.shownFiles).map {
                    Console.Shard(path: $0.path, digest: $0.digest.description, bytes: $0.size, rows: nil)
                },
                hasMoreFiles: (entries?.count ?? 0) > Self.shownFiles,
                gates: try await store.gates(of: name).map(Console.Gate.init)
            )
        }
        lineage = { name, number in
            try await finder.lineage(
                of: try await store.version(name, Int64(number)),
                deployments: try await store.deployments(of: name)
            )
        }
    }
}

extension Console.Model {
    fileprivate init(_ model: RegisteredModel, _ overview: RegistryOverview) {
        let attestations = overview.attestations[model.name] ?? [:]
        let deployments = overview.deployments.filter { $0.model == model.name }
        self.init(
            name: model.name,
            description: model.description ?? "",
            versions: overview.versions.filter { $0.model == model.name }.map {
                Console.ModelVersion($0, attestations[$0.version] ?? [], deployments)
            },
            aliases: model.aliases.map {
                Console.Alias(alias: $0.alias, version: Int($0.version), movedBy: $0.movedBy, movedAt: $0.movedAt)
            },
            tags: Dictionary(model.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        )
    }
}

extension Console.Gate {
    fileprivate init(_ gate: ModelGate) {
        self.init(target: gate.target, requires: gate.requires, setBy: gate.by, setAt: gate.at)
    }
}

extension Console.ModelVersion {
    fileprivate init(_ version: ModelVersion, _ attestations: [Attestation], _ deployments: [Deployment]) {
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
            deployments: deployments.filter { $0.version == version.version }.map {
                Console.Deployment(endpoint: $0.endpoint, since: $0.since, by: $0.by)
            },
            stage: version.stage,
            description: version.description ?? "",
            source: version.source,
            tags: Dictionary(version.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        )
    }
}
