import Primitives
import Registry
import Tracking
import WireAPI

/// Where a version comes from: the files it was registered with, its run with the data sets that the run read, the logged
/// model, and for a packaged version the tasks, code and data shards behind it.
package struct ModelLineage: Sendable {
    private let registry: RegistryStore
    private let runs: RunStore
    private let walk: @Sendable (ModelVersion) async throws -> TraceReply

    /// Makes the lineage of some stores.
    ///
    /// - Parameter walk: from a version's package to its tasks and data.
    package init(
        registry: RegistryStore,
        runs: RunStore,
        walk: @escaping @Sendable (ModelVersion) async throws -> TraceReply
    ) {
        self.registry = registry
        self.runs = runs
        self.walk = walk
    }

    /// The lineage of a version.
    func of(_ version: ModelVersion) async throws -> TraceReply {
        let reply =
            version.seal == nil
            ? TraceReply(id: "", nodes: [Self.node(version)], gaps: []) : try await walk(version)
        var nodes = reply.nodes
        var gaps = reply.gaps
        if let content = try await registry.content(version.model, version.version) {
            nodes.append(
                TraceNode(
                    kind: "files",
                    id: content.tree.short,
                    title: "\(content.files) files, \(content.bytes) bytes, as they were registered",
                    digest: content.tree
                )
            )
        }
        if version.source.hasPrefix("models:/"), version.modelID == nil {
            nodes.append(TraceNode(kind: "version", id: version.source, title: "copied from \(version.source)"))
        }
        if let model = version.modelID {
            nodes.append(TraceNode(kind: "logged_model", id: model, title: "logged model \(model)"))
        }
        guard let id = version.runID, !id.isEmpty else {
            return TraceReply(id: Self.id(version), nodes: nodes, gaps: gaps)
        }
        do {
            let run = try await runs.get(id)
            nodes.removeAll { $0.kind == "training_run" }
            nodes.append(Self.node(run))
            nodes += run.datasets.map(Self.node)
        } catch let error as PlatformError where error.code == .mlflowNotFound {
            gaps.append("run \(id) is not on this server")
        }
        return TraceReply(id: Self.id(version), nodes: nodes, gaps: gaps)
    }

    private static func id(_ version: ModelVersion) -> String { "\(version.model)/\(version.version)" }

    private static func node(_ version: ModelVersion) -> TraceNode {
        TraceNode(
            kind: "version",
            id: id(version),
            title: "\(version.model) version \(version.version)",
            facts: [.init("source", version.source), .init("created by", version.createdBy)]
        )
    }

    private static func node(_ run: Run) -> TraceNode {
        TraceNode(
            kind: "training_run",
            id: run.info.id,
            title: "tracked run \(run.info.name)",
            facts: [.init("experiment", String(run.info.experimentID)), .init("status", run.info.status.rawValue)]
        )
    }

    private static func node(_ input: DatasetInput) -> TraceNode {
        TraceNode(
            kind: "dataset",
            id: "\(input.dataset.name)@\(input.dataset.digest)",
            title: "data set \(input.dataset.name)",
            facts: [.init("source", input.dataset.source), .init("digest", input.dataset.digest)]
        )
    }
}
