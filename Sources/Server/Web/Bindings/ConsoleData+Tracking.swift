import Foundation
import Primitives
import Tracking

extension ConsoleData {
    /// Points read of one metric; a drawing thins them further.
    static let metricPoints = 1000
    /// Artifacts listed on a run's page.
    static let listedArtifacts = 200

    /// Answers the questions about training runs.
    mutating func bind(experiments: ExperimentStore, runs store: RunStore, artifacts: ArtifactStore) {
        runs = { query in
            let all = try await Self.experiments(experiments)
            let chosen = query.experiment.flatMap { id in all.first { String($0.id) == id } }
            let search = RunStore.Query(
                experiments: chosen.map { [$0.id] } ?? all.map(\.id),
                filter: query.filter.isEmpty ? nil : query.filter,
                view: query.stage == .active ? .activeOnly : query.stage == .deleted ? .deletedOnly : .all,
                maximum: query.size,
                order: query.order,
                token: query.token
            )
            let page = all.isEmpty ? Page<Run>(elements: [], nextToken: nil) : try await store.search(search)
            let names = Dictionary(all.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
            return Console.RunList(
                experiments: all.map { Console.Experiment(id: String($0.id), name: $0.name) },
                runs: page.elements.map { Console.Run($0, experiment: names[$0.info.experimentID] ?? "") },
                nextToken: page.nextToken
            )
        }
        run = { id in
            let run = try await store.get(id)
            let experiment = try await experiments.get(run.info.experimentID)
            var histories: [Console.History] = []
            for metric in run.metrics.prefix(RunPage.maximumPlots * 2) {
                let points = try await store.sampledHistory(run: id, key: metric.key, maximum: Self.metricPoints)
                histories.append(
                    Console.History(metric: metric.key, points: points.map { .init(step: $0.step, value: Console.Run.shown($0.value), time: $0.timestamp) })
                )
            }
            return Console.RunDetail(
                run: Console.Run(run, experiment: experiment.name),
                histories: histories,
                artifacts: try await Self.list(artifacts, run.info.artifactURI)
            )
        }
    }

    private static func experiments(_ store: ExperimentStore) async throws -> [Experiment] {
        try await store.search(filter: nil, order: [], view: .activeOnly, maximum: 1000, token: nil).elements
    }

    /// The artifacts of a run, folders opened, in the order of their paths.
    private static func list(_ store: ArtifactStore, _ uri: String) async throws -> [Console.Artifact] {
        let scheme = "mlflow-artifacts:/"
        guard uri.hasPrefix(scheme) else { return [] }
        let root = uri.dropFirst(scheme.count).drop { $0 == "/" }
        var out: [Console.Artifact] = []
        var folders = [""]
        while let folder = folders.popLast(), out.count < listedArtifacts {
            let path = folder.isEmpty ? String(root) : "\(root)/\(folder)"
            for entry in try await store.list(path) {
                let name = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
                if entry.isFolder {
                    folders.append(name)
                } else {
                    out.append(Console.Artifact(path: name, bytes: entry.size))
                }
            }
        }
        return Array(out.sorted { $0.path < $1.path }.prefix(listedArtifacts))
    }
}

extension Console.Run {
    init(_ run: Run, experiment: String) {
        self.init(
            id: run.info.id,
            name: run.info.name,
            experiment: experiment,
            status: run.info.status.rawValue,
            user: run.info.userID,
            startedAt: run.info.startTime,
            endedAt: run.info.endTime,
            metrics: Dictionary(run.metrics.map { ($0.key, Self.shown($0.value)) }, uniquingKeysWith: { $1 }),
            parameters: Dictionary(run.params.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
            tags: Dictionary(run.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        )
    }

    /// Tracking keeps the infinities as the largest doubles, as MLflow does.
    static func shown(_ value: Double) -> Double {
        abs(value) < .greatestFiniteMagnitude || value.isNaN ? value : value < 0 ? -.infinity : .infinity
    }
}
