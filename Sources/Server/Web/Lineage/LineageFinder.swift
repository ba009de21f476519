import Datasets
import Foundation
import Pipelines
import Primitives
import Registry
import Storage
import Tracking

/// Walks from a model version to what it was made of and to where it runs, by recorded identifiers and digests alone.
struct LineageFinder: Sendable {
    let runs: RunStore
    let pipelines: PipelineStore
    let datasets: DatasetStore

    /// The most tasks and data sets in one graph.
    static let maximumNodes = 60

    /// The graph around a version.
    func lineage(of version: ModelVersion, deployments: [Deployment]) async throws -> Console.Lineage {
        var graph = Console.Lineage()
        let subject = "version"
        graph.add(
            .init(
                id: subject,
                title: "\(version.model) v\(version.version)",
                detail: (["version"] + version.aliases).joined(separator: " · "),
                href: ConsolePath.version(version.model, Int(version.version)),
                isSubject: true
            )
        )
        for deployment in deployments where deployment.version == version.version {
            let id = "endpoint/\(deployment.endpoint)"
            graph.add(
                .init(
                    id: id,
                    title: deployment.endpoint,
                    detail: "endpoint",
                    href: ConsolePath.endpoint(deployment.endpoint)
                )
            )
            graph.link(subject, to: id)
        }
        try await addRun(of: version, to: subject, &graph)
        if let seal = version.seal { try await addProducers(of: seal.package, to: subject, &graph) }
        return graph
    }

    private func addRun(of version: ModelVersion, to subject: String, _ graph: inout Console.Lineage) async throws {
        guard let id = version.runID, !id.isEmpty else { return }
        let node = "run/\(id)"
        do {
            let run = try await runs.get(id)
            let name = run.info.name.isEmpty ? Wording.identifier(id) : run.info.name
            graph.add(
                .init(
                    id: node,
                    title: name,
                    detail: "run · \(run.info.status.rawValue.lowercased())",
                    href: ConsolePath.run(id)
                )
            )
            for input in run.datasets.prefix(Self.maximumNodes) {
                let dataset = "input/\(input.dataset.name)/\(input.dataset.digest)"
                graph.add(
                    .init(
                        id: dataset,
                        title: input.dataset.name,
                        detail: "data set · \(SVG.clip(input.dataset.digest, to: 12))"
                    )
                )
                graph.link(dataset, to: node)
            }
        } catch let error as PlatformError where error.code.kind == .notFound {
            graph.add(.init(id: node, title: Wording.identifier(id), detail: "run, no longer here"))
        }
        guard let model = version.modelID, !model.isEmpty else { return graph.link(node, to: subject) }
        graph.add(.init(id: "model/\(model)", title: Wording.identifier(model), detail: "logged model"))
        graph.link(node, to: "model/\(model)")
        graph.link("model/\(model)", to: subject)
    }

    /// Breadth first from an output to the task that wrote it, and on to what that read.
    private func addProducers(of output: Digest, to subject: String, _ graph: inout Console.Lineage) async throws {
        var queue = [(digest: output, consumer: subject)]
        var seen: Set<String> = []
        while !queue.isEmpty, graph.nodes.count < Self.maximumNodes {
            let (digest, consumer) = queue.removeFirst()
            var target = consumer
            if let dataset = try await datasets.versions(tree: digest).first {
                let id = "dataset/\(dataset.reference)"
                graph.add(
                    .init(
                        id: id,
                        title: "\(dataset.reference)",
                        detail: "data set · \(Wording.count(Int64(dataset.rows))) rows",
                        href: ConsolePath.dataset(dataset.reference.name, Int(dataset.reference.number))
                    )
                )
                graph.link(id, to: consumer)
                target = id
            }
            guard let task = try await pipelines.producer(of: digest) else { continue }
            let id = "task/\(task.runID)/\(task.task)"
            graph.add(
                .init(
                    id: id,
                    title: task.task,
                    detail: "task of \(SVG.clip(task.pipeline, to: 16))",
                    href: "\(ConsolePath.pipelineRun(task.runID))#task-\(Wording.segment(task.task))"
                )
            )
            graph.link(id, to: target)
            guard seen.insert(id).inserted else { continue }
            queue += task.inputs.sorted { $0.key < $1.key }.map { (digest: $0.value, consumer: id) }
        }
        graph.isCut = !queue.isEmpty
    }
}
