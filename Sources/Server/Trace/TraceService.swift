import Datasets
import Foundation
import Monitoring
import Pipelines
import Primitives
import Registry
import Storage
import WireAPI

/// Walks from a prediction back to its causes: version, package, training run, tasks, code, data set versions, shards.
/// Every step follows a recorded identifier or a digest; where a link is missing the reply says so instead of guessing.
package struct TraceService: Sendable {
    /// The most tasks that one walk visits.
    private static let maximumTasks = 200
    /// The most shards that are listed of one data set version.
    private static let maximumShards = 100

    private let predictions: PredictionStore
    private let registry: RegistryStore
    private let pipelines: PipelineStore
    private let datasets: DatasetStore
    private let objects: ObjectStore

    /// Makes a service over the stores of the features.
    package init(
        predictions: PredictionStore,
        registry: RegistryStore,
        pipelines: PipelineStore,
        datasets: DatasetStore,
        objects: ObjectStore
    ) {
        self.predictions = predictions
        self.registry = registry
        self.pipelines = pipelines
        self.datasets = datasets
        self.objects = objects
    }

    /// The chain behind a prediction.
    ///
    /// - Throws: `prediction_not_found`.
    package func trace(_ id: String) async throws -> TraceReply {
        let record = try await predictions.prediction(id)
        var walk = Walk()
        walk.nodes.append(Self.node(record))
        walk.nodes.append(
            TraceNode(
                kind: "endpoint",
                id: record.endpoint,
                title: "endpoint \(record.endpoint), variant \(record.variant)"
            )
        )
        guard record.version > 0 else {
            walk.gaps.append("the request failed before a model version answered it")
            return walk.reply(id)
        }
        do {
            let version = try await registry.version(record.model, Int64(record.version))
            walk.nodes.append(Self.node(version))
            try await addPackage(of: version, to: &walk)
        } catch let error as PlatformError where error.code.kind == .notFound {
            walk.gaps.append("version \(record.version) of \(record.model) is no longer registered")
        }
        return walk.reply(id)
    }

    /// Walks from a version back to the data that made it; `id` is the version's package.
    package func trace(version: ModelVersion) async throws -> TraceReply {
        var walk = Walk()
        walk.nodes.append(Self.node(version))
        try await addPackage(of: version, to: &walk)
        return walk.reply(version.seal?.package.short ?? "")
    }

    private struct Walk {
        var nodes: [TraceNode] = []
        var gaps: [String] = []
        var seenTasks: Set<String> = []
        var seenCode: Set<Digest> = []
        var seenData: Set<Digest> = []

        func reply(_ id: String) -> TraceReply { TraceReply(id: id, nodes: nodes, gaps: gaps) }
    }

    private func addPackage(of version: ModelVersion, to walk: inout Walk) async throws {
        guard let seal = version.seal else {
            walk.gaps.append("version \(version.version) was registered without a sealed package")
            return
        }
        walk.nodes.append(
            TraceNode(
                kind: "package",
                id: seal.package.short,
                title: "package of \(version.model) version \(version.version)",
                digest: seal.package,
                facts: [
                    .init("manifest", seal.manifest.description), .init("signature", "Ed25519 by \(seal.keyID)"),
                    .init("stored", objects.contains(seal.package) ? "yes" : "MISSING from the object store"),
                ]
            )
        )
        if let run = version.runID {
            walk.nodes.append(TraceNode(kind: "training_run", id: run, title: "tracked run \(run)"))
        } else {
            walk.gaps.append("the version names no tracked training run")
        }
        try await addProducers(of: [seal.package], to: &walk)
    }

    /// Breadth first from outputs to the tasks that wrote them, and on to what those read.
    private func addProducers(of outputs: [Digest], to walk: inout Walk) async throws {
        var queue = outputs
        while !queue.isEmpty, walk.seenTasks.count < Self.maximumTasks {
            let digest = queue.removeFirst()
            try await addDatasets(with: digest, to: &walk)
            guard let execution = try await pipelines.producer(of: digest) else {
                walk.gaps.append("no recorded task wrote \(digest.short)")
                continue
            }
            guard walk.seenTasks.insert("\(execution.runID)/\(execution.task)").inserted else { continue }
            walk.nodes.append(Self.node(execution))
            if let code = execution.code, walk.seenCode.insert(code).inserted { walk.nodes.append(codeNode(code)) }
            queue += execution.inputs.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private func addDatasets(with digest: Digest, to walk: inout Walk) async throws {
        guard walk.seenData.insert(digest).inserted else { return }
        for version in try await datasets.versions(tree: digest) {
            walk.nodes.append(Self.node(version))
            walk.nodes += version.shards.prefix(Self.maximumShards).map { shard in
                TraceNode(
                    kind: "shard",
                    id: shard.path,
                    title: "\(version.reference) \(shard.path), \(shard.rows) rows",
                    digest: shard.digest
                )
            }
        }
    }

    private func codeNode(_ digest: Digest) -> TraceNode {
        let files = (try? objects.tree(digest).entries) ?? []
        return TraceNode(
            kind: "code",
            id: digest.short,
            title: files.isEmpty ? "code (its tree is missing)" : "code, \(files.count) files",
            digest: digest,
            facts: files.prefix(20).map { .init($0.path, $0.digest.description) }
        )
    }

    private static func node(_ record: PredictionRecord) -> TraceNode {
        TraceNode(
            kind: "prediction",
            id: record.id,
            title: record.errorCode.map { "refused with \($0)" } ?? "\(record.label) at \(rounded(record.score))",
            facts: [
                .init("at", record.at.description), .init("latency", "\(Double(record.latencyMicroseconds) / 1000) ms"),
                .init("tokens", "\(record.tokenCount)"), .init("unknown share", rounded(record.unknownShare)),
            ]
        )
    }

    private static func node(_ version: ModelVersion) -> TraceNode {
        TraceNode(
            kind: "version",
            id: "\(version.model)/\(version.version)",
            title: "\(version.model) version \(version.version)"
                + (version.aliases.isEmpty ? "" : ", alias \(version.aliases.joined(separator: ", "))"),
            facts: [
                .init("created", version.creationTime.description), .init("by", version.createdBy),
                .init("pipeline run", version.pipelineRun ?? "unknown"),
            ]
        )
    }

    private static func node(_ execution: TaskExecution) -> TraceNode {
        let values = execution.parameters.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\((try? CanonicalJSON.text(value)) ?? "?")"
        }
        var facts: [TraceNode.Fact] = [.init("run", execution.runID)]
        if !values.isEmpty { facts.append(.init("parameters", values.joined(separator: " "))) }
        facts += execution.inputs.sorted { $0.key < $1.key }.map { .init("read \($0.key)", $0.value.description) }
        return TraceNode(
            kind: "task",
            id: "\(execution.runID)/\(execution.task)",
            title: "\(execution.pipeline) v\(execution.version) task \(execution.task)",
            digest: execution.identity,
            facts: facts
        )
    }

    private static func node(_ version: DatasetVersion) -> TraceNode {
        TraceNode(
            kind: "dataset",
            id: "\(version.reference)",
            title: "data set \(version.reference), \(version.rows) rows, \(version.shards.count) shards",
            digest: version.tree,
            facts: [
                .init("licence", version.licence),
                .init("source", version.source.stringValue ?? ((try? CanonicalJSON.text(version.source)) ?? "")),
            ]
        )
    }

    private static func rounded(_ value: Double) -> String { String(format: "%.4f", value) }
}

extension TraceService {
    /// Declares the trace route.
    package func addRoutes(to routes: RouteTable) {
        routes.on(TraceAPI.trace) { call in try await trace(call.parameter("id")) }
    }
}
