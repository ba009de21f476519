import Client
import Foundation
import Primitives
import Storage
import WireAPI

/// Writes records into an MLflow server, which makes identifiers of its own. What is there already by the ledger is left alone.
final class MLflowExporter {
    let source: MLflowServerSource
    let target: MLflowAPI
    let ledger: ExportLedger
    let progress: @Sendable (String) -> Void
    var tallies: [String: ImportTally] = [:]
    var differences: [String] = []

    /// What one `log-batch` takes.
    static let metricsPerBatch = 1000
    static let pairsPerBatch = 100

    /// - Parameter progress: told what is going on, often.
    init(
        source: MLflowServerSource,
        target: MLflowAPI,
        ledger: ExportLedger,
        progress: @escaping @Sendable (String) -> Void
    ) {
        self.source = source
        self.target = target
        self.ledger = ledger
        self.progress = progress
    }

    /// Does the whole export.
    ///
    /// - Throws: what either server throws; runs that differ afterwards do not throw, they are in the report.
    func run() async throws -> ImportReport {
        let began = ContinuousClock.now
        let experiments = try await source.experiments()
        for experiment in experiments {
            try await export(experiment)
            try await exportModels(of: experiment)
            try await exportRuns(of: experiment)
        }
        for model in try await source.registeredModels() { try await export(model) }
        for experiment in experiments where experiment.lifecycleStage == "deleted" {
            let key = "\(experiment.id)"
            guard !ledger.isDone("experiment", key), let number = ledger.target("experiment", key) else { continue }
            try await target.tell("experiments/delete", ["experiment_id": .string(number)])
            try ledger.note("experiment", key, number, done: true)
        }
        let order = ["experiments", "logged models", "runs", "artifacts", "registered models"]
        return ImportReport(
            source: source.name,
            tallies: order.map { tallies[$0] ?? ImportTally($0) },
            differences: differences,
            leftBehind: [],
            seconds: (ContinuousClock.now - began) / .seconds(1)
        )
    }

    /// Counts a record that is there now: written, or there before.
    func count(_ kind: String, written: Bool, equal: Bool = true) {
        var tally = tallies[kind] ?? ImportTally(kind)
        tally.source += 1
        if written { tally.written += 1 } else { tally.unchanged += 1 }
        if equal { tally.verified += 1 }
        tallies[kind] = tally
    }

    private struct Created: Decodable { let experimentId: String }

    private func export(_ experiment: ImportedExperiment) async throws {
        let key = "\(experiment.id)"
        if ledger.target("experiment", key) != nil {
            count("experiments", written: false)
            return
        }
        let number: String
        if let there = try await find(experiment.name) {
            number = there
        } else {
            number = try await make("experiment", key) {
                try await self.find(experiment.name)
            } create: {
                let made: Created = try await self.target.send("experiments/create", ["name": .string(experiment.name)])
                return made.experimentId
            }
        }
        for tag in experiment.tags {
            try await target.tell(
                "experiments/set-experiment-tag",
                ["experiment_id": .string(number), "key": .string(tag.key), "value": .string(tag.value)]
            )
        }
        try ledger.note("experiment", key, number, done: experiment.lifecycleStage == "active")
        count("experiments", written: true)
    }

    private func find(_ name: String) async throws -> String? {
        try await search { token in
            let page: MLflowReplies.Experiments = try await self.target.send(
                "experiments/search",
                ["view_type": "ALL", "max_results": 1000, "page_token": token]
            )
            return (page.experiments?.first { $0.name == name }?.experimentId, page.nextPageToken)
        }
    }

    /// The identifier that something has there.
    ///
    /// - Throws: `not_exported` when it was not written; it names something that is not here any more.
    func number(_ kind: String, _ from: String) throws -> String {
        guard let to = ledger.target(kind, from) else {
            throw PlatformError(
                ErrorCode("not_exported", .failedPrecondition),
                "The \(kind) '\(from)' was not exported."
            )
        }
        return to
    }

    /// Copies every file below a folder of artifacts here to a folder there.
    func copyArtifacts(from here: String, to there: String) async throws {
        guard let root = ArtifactPlaces.proxied(here), let goal = ArtifactPlaces.proxied(there) else { return }
        let api = MLflowAPI(client: source.client)
        var folders = [""]
        while let folder = folders.popLast() {
            for file in try await api.artifacts(in: folder.isEmpty ? root : "\(root)/\(folder)") {
                let path = folder.isEmpty ? file.path : "\(folder)/\(file.path)"
                if file.isDir == true {
                    folders.append(path)
                    continue
                }
                let copy = FileManager.default.temporaryDirectory.path + "/aku-export-" + UUID().uuidString
                defer { try? FileManager.default.removeItem(atPath: copy) }
                let size = try await source.client.download(
                    path: MLflowAPI.path(ofArtifact: "\(root)/\(path)"),
                    to: copy
                )
                try await target.client.upload(
                    file: copy,
                    size: size,
                    to: MLflowAPI.path(ofArtifact: "\(goal)/\(path)")
                )
                count("artifacts", written: true)
            }
        }
    }

    /// A location there for a location here, when the run or model that it belongs to was exported.
    func place(_ location: String) -> String {
        for (prefix, kind) in [("models:/", "logged model"), ("runs:/", "run")] where location.hasPrefix(prefix) {
            let parts = location.dropFirst(prefix.count).split(separator: "/", maxSplits: 1)
            guard let first = parts.first, let to = ledger.target(kind, String(first)) else { return location }
            return prefix + to + (parts.count == 2 ? "/\(parts[1])" : "")
        }
        var head = location
        while let slash = head.lastIndex(of: "/") {
            if let to = ledger.target("location", head) { return to + location.dropFirst(head.count) }
            head = String(head[..<slash])
        }
        return location
    }
}
