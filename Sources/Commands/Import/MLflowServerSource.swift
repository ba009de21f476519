import Client
import Foundation
import Primitives
import WireAPI

/// An MLflow server (or another Aku), read through the API that its clients use. Deleted logged models are not to be seen there;
/// artifacts come when the server proxies them.
struct MLflowServerSource: MLflowSource {
    let name: String
    let client: AkuClient
    private let places: ArtifactPlaces

    /// Runs a page, and points a page.
    private static let runsPerPage = 100
    private static let pointsPerPage = 20_000
    private static let modelsPerPage = 100
    private static let tracesPerPage = 20
    /// Requests under way at once.
    private static let questionsAtOnce = 8

    /// Asks the server for its experiments.
    ///
    /// - Throws: `server_unreachable`.
    init(client: AkuClient) async throws {
        var locations: [(id: Int64, location: String)] = []
        try await Self.eachExperiment(client) { experiment in
            locations.append((try experiment.number, experiment.artifactLocation ?? ""))
        }
        self.init(client: client, places: ArtifactPlaces(locations))
    }

    /// Takes a server whose artifact locations are known.
    init(client: AkuClient, places: ArtifactPlaces) {
        self.client = client
        self.places = places
        let url = client.baseURL
        name = URL(string: url).map { "\($0.host ?? url):\($0.port ?? 80)" } ?? url
    }

    func experiments() async throws -> [ImportedExperiment] {
        var found: [ImportedExperiment] = []
        try await Self.eachExperiment(client) { experiment in
            let id = try experiment.number
            found.append(
                ImportedExperiment(
                    id: id,
                    name: experiment.name,
                    artifactLocation: ArtifactPlaces.root(of: id, experiment.artifactLocation ?? ""),
                    lifecycleStage: experiment.lifecycleStage ?? "active",
                    creationTime: experiment.creationTime?.value ?? 0,
                    lastUpdateTime: experiment.lastUpdateTime?.value ?? 0,
                    tags: (experiment.tags ?? []).map(\.pair)
                )
            )
        }
        return found.sorted { $0.id < $1.id }
    }

    func runs(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceRun> {
        let reply: MLflowReplies.Runs = try await post(
            "runs/search",
            [
                "experiment_ids": [.string("\(experiment)")], "run_view_type": "ALL",
                "max_results": .integer(Int64(Self.runsPerPage)), "page_token": token.map(JSONValue.string) ?? .null,
                // By time and identifier, so that a page never moves when a run changes.
                "order_by": ["attributes.start_time ASC"],
            ]
        )
        let runs = try await whole(reply.runs ?? []).map { try $0.record(places) }
        return SourcePage(elements: runs, next: Self.next(reply.nextPageToken))
    }

    /// The same runs asked for one by one: MLflow's search leaves out the models that a run read.
    private func whole(_ found: [MLflowReplies.Run]) async throws -> [MLflowReplies.Run] {
        var runs: [MLflowReplies.Run] = []
        var rest = found[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.questionsAtOnce))
            rest = rest.dropFirst(some.count)
            runs += try await withThrowingTaskGroup(of: (Int, MLflowReplies.Run).self) { group in
                for (place, run) in some.enumerated() {
                    group.addTask {
                        let reply: MLflowReplies.OneRun = try await get("runs/get", ["run_id": run.info.runId])
                        return (place, reply.run)
                    }
                }
                var answers = some
                for try await (place, run) in group { answers[place] = run }
                return answers
            }
        }
        return runs
    }

    func series(of run: SourceRun, after token: String?) async throws -> SourcePage<ImportedSeries> {
        // The token is the place of the metric among the run's keys, and the server's own token after a space.
        let parts = (token ?? "0").split(separator: " ", maxSplits: 1)
        guard let place = parts.first.flatMap({ Int($0) }), run.metricKeys.indices.contains(place) else {
            return SourcePage(elements: [], next: nil)
        }
        let key = run.metricKeys[place]
        let reply: MLflowReplies.History = try await get(
            "metrics/get-history",
            [
                "run_id": run.record.id, "metric_key": key, "max_results": "\(Self.pointsPerPage)",
                "page_token": parts.count == 2 ? String(parts[1]) : nil,
            ]
        )
        let points = reply.metrics ?? []
        let series = ImportedSeries(
            runID: run.record.id,
            key: key,
            timestamps: points.map { $0.timestamp?.value ?? 0 },
            steps: points.map { $0.step?.value ?? 0 },
            values: points.map(\.stored)
        )
        let next: String?
        if let more = Self.next(reply.nextPageToken) {
            next = "\(place) \(more)"
        } else {
            next = place + 1 < run.metricKeys.count ? "\(place + 1)" : nil
        }
        return SourcePage(elements: [series], next: next)
    }

    func loggedModels(of experiment: Int64, after token: String?) async throws -> SourcePage<ImportedLoggedModel> {
        let reply: MLflowReplies.LoggedModels = try await post(
            "logged-models/search",
            [
                "experiment_ids": [.string("\(experiment)")], "max_results": .integer(Int64(Self.modelsPerPage)),
                "page_token": token.map(JSONValue.string) ?? .null,
            ]
        )
        let models = try (reply.models ?? []).map { try $0.record(places) }
        return SourcePage(elements: models, next: Self.next(reply.nextPageToken))
    }

    func traces(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceTrace> {
        let api = MLflowAPI(client: client)
        let page = try await api.traces(of: experiment, maximum: Self.tracesPerPage, after: token)
        let ids = page.elements.compactMap { $0["trace_id"]?.stringValue }
        if ids.isEmpty { return SourcePage(elements: [], next: page.next) }
        let whole = Dictionary(try await api.traces(ids).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // A trace whose spans are a file among the artifacts comes with what is known of it; the file comes with the others.
        let traces = page.elements.map { whole[$0["trace_id"]?.stringValue ?? ""] ?? SourceTrace(info: $0, spans: []) }
        return SourcePage(elements: traces, next: page.next)
    }

    func registeredModels() async throws -> [ImportedRegisteredModel] {
        var found: [String: ImportedRegisteredModel] = [:]
        // Without the second filter, prompts are left out of the list.
        for filter in [nil, "tags.`mlflow.prompt.is_prompt` = 'true'"] {
            var token: String?
            repeat {
                let reply: MLflowReplies.RegisteredModels = try await get(
                    "registered-models/search",
                    ["max_results": "\(Self.modelsPerPage)", "filter": filter, "page_token": token]
                )
                for model in reply.registeredModels ?? [] {
                    let versions = try await versions(of: model.name, prompts: filter != nil)
                    found[model.name] = model.record(versions: versions)
                }
                token = Self.next(reply.nextPageToken)
            } while token != nil
        }
        return found.values.sorted { $0.name < $1.name }
    }

    func artifacts(
        of experiments: [ImportedExperiment],
        _ visit: (SourceArtifact) async throws -> Void
    ) async throws {
        for experiment in experiments {
            guard let root = ArtifactPlaces.proxied(experiment.artifactLocation) else { continue }
            var folders = [root]
            while let folder = folders.popLast() {
                for file in try await MLflowAPI(client: client).artifacts(in: folder) {
                    // Names are below the folder that was asked for.
                    let path = folder.isEmpty ? file.path : "\(folder)/\(file.path)"
                    if file.isDir == true {
                        folders.append(path)
                    } else {
                        try await visit(artifact(path, file.fileSize?.value ?? 0))
                    }
                }
            }
        }
    }

    func leftBehind() async throws -> [(what: String, count: Int64)] { [] }

    private func artifact(_ path: String, _ size: Int64) -> SourceArtifact {
        SourceArtifact(path: path, size: size, isRemote: true) { [client] in
            let copy = FileManager.default.temporaryDirectory.path + "/aku-import-" + UUID().uuidString
            let received = try await client.download(path: MLflowAPI.path(ofArtifact: path), to: copy)
            guard received == size else {
                throw PlatformError(
                    ErrorCode("artifact_cut_off", .unavailable),
                    "'\(path)' has \(size) bytes at the source and \(received) arrived.",
                    nextStep: "Run the import again; it goes on where it stopped."
                )
            }
            return copy
        }
    }

    private func versions(of model: String, prompts: Bool) async throws -> [ImportedModelVersion] {
        var found: [ImportedModelVersion] = []
        var token: String?
        // A name holds no quotation mark of both kinds; the other kind is written around it.
        let quoted = model.contains("'") ? "\"\(model)\"" : "'\(model)'"
        let filter = "name = \(quoted)" + (prompts ? " AND tags.`mlflow.prompt.is_prompt` = 'true'" : "")
        repeat {
            let reply: MLflowReplies.Versions = try await get(
                "model-versions/search",
                ["filter": filter, "max_results": "1000", "page_token": token]
            )
            for version in reply.modelVersions ?? [] {
                let place: MLflowReplies.DownloadPlace = try await get(
                    "model-versions/get-download-uri",
                    ["name": model, "version": "\(version.version.value)"]
                )
                found.append(version.record(places, storage: place.artifactUri))
            }
            token = Self.next(reply.nextPageToken)
        } while token != nil
        return found
    }

    private static func eachExperiment(
        _ client: AkuClient,
        _ body: (MLflowReplies.Experiment) throws -> Void
    ) async throws {
        var token: String?
        repeat {
            let reply: MLflowReplies.Experiments = try await MLflowAPI(client: client).send(
                "experiments/search",
                ["view_type": "ALL", "max_results": 1000, "page_token": token.map(JSONValue.string) ?? .null]
            )
            for experiment in reply.experiments ?? [] { try body(experiment) }
            token = next(reply.nextPageToken)
        } while token != nil
    }

    /// A page token; an empty one ends a list as none does.
    static func next(_ token: String?) -> String? { token.flatMap { $0.isEmpty ? nil : $0 } }

    private func post<Reply: Decodable>(_ path: String, _ body: [String: JSONValue]) async throws -> Reply {
        try await MLflowAPI(client: client).send(path, body)
    }

    private func get<Reply: Decodable>(_ path: String, _ query: [String: String?]) async throws -> Reply {
        try await MLflowAPI(client: client).get(path, query)
    }
}
