import Foundation
import Primitives
import Registry
import Storage
import Tracking

extension ConsoleData {
    /// Registered versions listed on a run's page.
    static let listedVersions = 10
    /// Artifacts listed on a run's page.
    static let listedArtifacts = 200

    /// Answers the questions about training runs.
    mutating func bind(
        experiments: ExperimentStore,
        runs store: RunStore,
        artifacts: ArtifactStore,
        registry: RegistryStore
    ) {
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
        runsNamed = { ids in
            let all = try await Self.experiments(experiments)
            let names = Dictionary(all.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
            let list = ids.map { "'\($0)'" }.joined(separator: ", ")
            let search = RunStore.Query(
                experiments: all.map(\.id),
                filter: "attributes.run_id IN (\(list))",
                view: .all,
                maximum: ids.count
            )
            let found = try await store.search(search).elements
            let runs = Dictionary(found.map { ($0.info.id, $0) }, uniquingKeysWith: { first, _ in first })
            return ids.compactMap { runs[$0] }.map { Console.Run($0, experiment: names[$0.info.experimentID] ?? "") }
        }
        histories = { runs, metrics, points in
            var out: [(metric: String, histories: [Console.History?])] = []
            for metric in metrics {
                let named = runs.filter { $0.metrics[metric] != nil }.map(\.id)
                let found = try await store.sampledHistories(runs: named, key: metric, maximum: points)
                let points = Dictionary(found.map { ($0.id, $0.points) }, uniquingKeysWith: { first, _ in first })
                out.append((metric, runs.map { run in points[run.id].map { Console.History(metric, $0) } }))
            }
            return out
        }
        run = { id in
            let run = try await store.get(id)
            let experiment = try await experiments.get(run.info.experimentID)
            var histories: [Console.History] = []
            for metric in run.metrics.filter({ $0.step > 0 }).prefix(RunPage.maximumPlots) {
                let points = try await store.sampledHistory(run: id, key: metric.key, maximum: RunPage.pointsOfMetric)
                histories.append(Console.History(metric.key, points))
            }
            let versions = try await registry.searchVersions(
                filter: "run_id = '\(run.info.id)'",
                order: [],
                maximum: Self.listedVersions,
                token: nil
            )
            let (files, hasMore) = try await Self.list(artifacts, run.info.artifactURI)
            return Console.RunDetail(
                run: Console.Run(run, experiment: experiment.name),
                histories: histories,
                artifacts: files,
                hasMoreArtifacts: hasMore,
                datasets: run.datasets.map(Console.RunDataset.init),
                models: run.modelOutputs.map { .init(id: $0.modelID, isOutput: true, step: $0.step) }
                    + run.modelInputs.map { .init(id: $0.modelID, isOutput: false, step: 0) },
                versions: versions.elements.map { .init(model: $0.model, version: Int($0.version)) }
            )
        }
        bind(artifacts: artifacts, of: store)
    }

    /// Answers the questions about files.
    private mutating func bind(artifacts: ArtifactStore, of store: RunStore) {
        artifactTree = { id, path in
            let run = try await store.get(id)
            let root = ArtifactController.path(of: run.info.artifactURI)
            var folders: [(path: String, entries: [Console.Artifact])] = []
            var isFile = false
            var folder = ""
            for part in [""] + path.split(separator: "/").map(String.init) {
                if !part.isEmpty {
                    guard let entry = folders.last?.entries.first(where: { $0.path == part }) else {
                        throw ConsoleData.missing("artifact", path)
                    }
                    folder = folder.isEmpty ? part : "\(folder)/\(part)"
                    isFile = entry.bytes != nil
                    if isFile { break }
                }
                guard let root else { break }
                let entries = try await artifacts.list(folder.isEmpty ? root : "\(root)/\(folder)")
                folders.append((folder, entries.map { Console.Artifact(path: $0.name, bytes: $0.size) }))
            }
            return Console.ArtifactTree(run: Console.Run(run, experiment: ""), folders: folders, isFile: isFile)
        }
        artifact = { id, path in
            let run = try await store.get(id)
            guard !path.isEmpty, let root = ArtifactController.path(of: run.info.artifactURI) else {
                throw ConsoleData.missing("artifact", path)
            }
            let object = try await artifacts.object(at: "\(root)/\(path)")
            let objects = artifacts.objects
            return ArtifactFile(path: path, size: object.size, digest: object.digest.description) { range in
                objects.stream(object.digest, range: range)
            }
        }
    }

    private static func experiments(_ store: ExperimentStore) async throws -> [Experiment] {
        try await store.search(filter: nil, order: [], view: .activeOnly, maximum: 1000, token: nil).elements
    }

    /// The artifacts of a run, folders opened, in the order of their paths.
    private static func list(_ store: ArtifactStore, _ uri: String) async throws -> ([Console.Artifact], hasMore: Bool)
    {
        guard let root = ArtifactController.path(of: uri) else { return ([], false) }
        var out: [Console.Artifact] = []
        var folders = [""]
        while let folder = folders.popLast(), out.count < listedArtifacts {
            let path = folder.isEmpty ? root : "\(root)/\(folder)"
            for entry in try await store.list(path) {
                let name = folder.isEmpty ? entry.name : "\(folder)/\(entry.name)"
                if entry.isFolder {
                    folders.append(name)
                } else {
                    out.append(Console.Artifact(path: name, bytes: entry.size))
                }
            }
        }
        let isCut = out.count > listedArtifacts || !folders.isEmpty
        return (Array(out.sorted { $0.path < $1.path }.prefix(listedArtifacts)), isCut)
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
            tags: Dictionary(run.tags.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
            lastSteps: Dictionary(run.metrics.map { ($0.key, $0.step) }, uniquingKeysWith: { $1 })
        )
    }

    /// Tracking keeps the infinities as the largest doubles, as MLflow does.
    static func shown(_ value: Double) -> Double {
        abs(value) < .greatestFiniteMagnitude || value.isNaN ? value : value < 0 ? -.infinity : .infinity
    }
}

extension Console.RunDataset {
    fileprivate init(_ input: DatasetInput) {
        self.init(
            name: input.dataset.name,
            digest: input.dataset.digest,
            source: input.dataset.source,
            context: input.tags.first { $0.key == "mlflow.data.context" }?.value,
            columns: Self.columns(input.dataset.schema)
        )
    }

    /// Names and types of MLflow's column schema; none for a schema of another form.
    private static func columns(_ schema: String?) -> [String] {
        guard let schema, let value = try? JSONDecoder().decode(JSONValue.self, from: Data(schema.utf8)),
            case .array(let columns)? = value["mlflow_colspec"]
        else { return [] }
        return columns.prefix(60).compactMap { column in
            column["name"]?.stringValue.map { "\($0) \(column["type"]?.stringValue ?? "")" }
        }
    }
}

extension Console.History {
    init(_ metric: String, _ points: [MetricPoint]) {
        self.init(
            metric: metric,
            points: points.map { Point(step: $0.step, value: Console.Run.shown($0.value), time: $0.timestamp) }
        )
    }
}
