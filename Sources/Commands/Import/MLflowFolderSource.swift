import Foundation
import Primitives

/// A folder that `aku export mlflow --to FOLDER` wrote, or mlflow-export-import's `export-all`. A run's file is read whole: one
/// with a million points takes about a gigabyte of memory meanwhile.
struct MLflowFolderSource: MLflowSource {
    let name: String
    private let folder: MLflowFolder
    /// The lists of runs by experiment.
    private let runIDs: [Int64: [String]]
    private let records: [ImportedExperiment]

    private static let runsPerPage = 20

    /// Opens a folder.
    ///
    /// - Throws: `export_unreadable`.
    init(path: String) throws {
        let folder = MLflowFolder(root: path)
        name = URL(fileURLWithPath: path).lastPathComponent
        self.folder = folder
        var runIDs: [Int64: [String]] = [:]
        var records: [ImportedExperiment] = []
        for entry in try folder.content(of: folder.experiments)["experiments"]?.elements ?? [] {
            guard let id = entry["id"]?.integerValue else {
                throw MLflowFolder.unreadable(folder.path(folder.experiments))
            }
            let file = folder.experiment(id)
            let content = try folder.content(of: file)
            records.append(try MLflowFolder.experiment(content, folder.path(file)))
            runIDs[id] = content["runs"]?.elements?.compactMap(\.stringValue) ?? []
        }
        self.runIDs = runIDs
        self.records = records
    }

    func experiments() async throws -> [ImportedExperiment] { records }

    func runs(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceRun> {
        let all = runIDs[experiment] ?? []
        let start = token.flatMap(Int.init) ?? 0
        let page = all.dropFirst(start).prefix(Self.runsPerPage)
        let runs = try page.map { id in
            let file = "\(folder.run(id, of: experiment))/run.json"
            return try MLflowFolder.run(folder.content(of: file), folder.path(file))
        }
        let next = start + runs.count
        return SourcePage(elements: runs, next: next < all.count ? "\(next)" : nil)
    }

    func series(of run: SourceRun, after token: String?) async throws -> SourcePage<ImportedSeries> {
        let file = "\(folder.run(run.record.id, of: run.record.experimentID))/run.json"
        return SourcePage(elements: MLflowFolder.series(try folder.content(of: file), of: run.record.id), next: nil)
    }

    func loggedModels(of experiment: Int64, after token: String?) async throws -> SourcePage<ImportedLoggedModel> {
        guard FileManager.default.fileExists(atPath: folder.path(folder.loggedModels)) else {
            return SourcePage(elements: [], next: nil)
        }
        let list = try folder.content(of: folder.loggedModels)["experiments"]?.elements ?? []
        let ids = list.first { $0["id"]?.integerValue == experiment }?["logged_models"]?.elements ?? []
        let models = try ids.compactMap(\.stringValue).map { id in
            let file = "\(folder.loggedModel(id))/logged_model.json"
            return try MLflowFolder.loggedModel(folder.content(of: file), folder.path(file))
        }
        return SourcePage(elements: models, next: nil)
    }

    func traces(of experiment: Int64, after token: String?) async throws -> SourcePage<SourceTrace> {
        guard FileManager.default.fileExists(atPath: folder.path(folder.traces)) else {
            return SourcePage(elements: [], next: nil)
        }
        let list = try folder.content(of: folder.traces)["experiments"]?.elements ?? []
        let ids = list.first { $0["id"]?.integerValue == experiment }?["traces"]?.elements ?? []
        let start = token.flatMap(Int.init) ?? 0
        let page = ids.compactMap(\.stringValue).dropFirst(start).prefix(Self.runsPerPage)
        let traces = try page.map { id in
            let content = try folder.content(of: folder.trace(id))
            return SourceTrace(info: content["info"] ?? .object([]), spans: content["data"]?["spans"]?.elements ?? [])
        }
        return SourcePage(elements: traces, next: start + page.count < ids.count ? "\(start + page.count)" : nil)
    }

    func registeredModels() async throws -> [ImportedRegisteredModel] {
        guard FileManager.default.fileExists(atPath: folder.path(folder.models)) else { return [] }
        let names = try folder.content(of: folder.models)["models"]?.elements ?? []
        return try names.compactMap(\.stringValue).map { name in
            let file = folder.model(name)
            return try MLflowFolder.model(folder.content(of: file), folder.path(file))
        }
    }

    func artifacts(
        of experiments: [ImportedExperiment],
        _ visit: (SourceArtifact) async throws -> Void
    ) async throws {
        for experiment in experiments {
            var token: String?
            repeat {
                let page = try await runs(of: experiment.id, after: token)
                for run in page.elements {
                    let place = folder.run(run.record.id, of: experiment.id)
                    try await artifacts(in: "\(place)/artifacts", at: run.record.artifactURI, visit)
                }
                token = page.next
            } while token != nil
            for model in try await loggedModels(of: experiment.id, after: nil).elements {
                try await artifacts(in: "\(folder.loggedModel(model.id))/artifacts", at: model.artifactLocation, visit)
            }
        }
        let wanted = experiments.compactMap { ArtifactPlaces.proxied($0.artifactLocation) }
        for file in try MLflowDatabaseSource.files(below: folder.path(folder.otherArtifacts))
        where wanted.contains(where: { $0.isEmpty || file.path.hasPrefix($0 + "/") }) {
            try await visit(artifact("\(folder.otherArtifacts)/\(file.path)", file.path, file.size))
        }
    }

    func leftBehind() async throws -> [(what: String, count: Int64)] { [] }

    private func artifacts(
        in place: String,
        at location: String,
        _ visit: (SourceArtifact) async throws -> Void
    ) async throws {
        guard let root = ArtifactPlaces.proxied(location) else { return }
        for file in try MLflowDatabaseSource.files(below: folder.path(place)) {
            try await visit(artifact("\(place)/\(file.path)", "\(root)/\(file.path)", file.size))
        }
    }

    private func artifact(_ file: String, _ path: String, _ size: Int64) -> SourceArtifact {
        SourceArtifact(path: path, size: size, isRemote: false) { [folder] in folder.path(file) }
    }
}
