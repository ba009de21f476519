import Client
import Foundation
import Primitives
import Storage
import WireAPI

/// Writes a server's records into a folder and reads them back. A file that is there already with the right content is left
/// alone, so an export that was cut off goes on where it stopped.
final class MLflowFolderWriter {
    private let source: any MLflowSource
    private let client: AkuClient
    private let folder: MLflowFolder
    private let progress: @Sendable (String) -> Void
    private var tallies: [String: ImportTally] = [:]
    private var differences: [String] = []
    /// Fingerprints of what was written, by kind and key, to compare with what is read back.
    private var written: [String: String] = [:]
    /// The experiment's name by run.
    private var experimentNames: [String: String] = [:]
    /// Folders of files here by their path below the artifact root there.
    private var places: [(root: String, folder: String)] = []

    private static let order = [
        "experiments", "logged models", "runs", "metric points", "artifacts", "registered models", "model versions",
        "traces",
    ]
    private static let artifactsPerQuestion = 64

    /// - Parameters:
    ///   - client: a client of the same server, for the digests of its artifacts.
    ///   - progress: told what is going on, often.
    init(source: any MLflowSource, client: AkuClient, path: String, progress: @escaping @Sendable (String) -> Void) {
        self.source = source
        self.client = client
        folder = MLflowFolder(root: path)
        self.progress = progress
    }

    /// Does the whole export.
    ///
    /// - Throws: what the server throws, `file_failed`; records that differ when they are read back are in the report.
    func run() async throws -> ImportReport {
        let began = ContinuousClock.now
        let experiments = try await source.experiments()
        var listed: [OrderedJSON] = [], models: [OrderedJSON] = [], traces: [OrderedJSON] = []
        for experiment in experiments {
            places = []
            let runs = try await writeRuns(of: experiment)
            let logged = try await writeLoggedModels(of: experiment)
            let traced = try await writeTraces(of: experiment)
            try await writeArtifacts(of: experiment)
            try note("experiments", "\(experiment.id)", Digest.canonical(experiment).description)
            try write(
                MLflowFolder.write(experiment, runs: runs),
                to: folder.experiment(experiment.id),
                kind: "experiments"
            )
            let name = OrderedJSON.string(experiment.name)
            listed.append(
                .members(
                    ("id", .string("\(experiment.id)")),
                    ("name", name),
                    ("ok_runs", .integer(Int64(runs.count))),
                    ("failed_runs", .integer(0))
                )
            )
            models.append(
                .members(
                    ("id", .string("\(experiment.id)")),
                    ("name", name),
                    ("logged_models", .array(logged.map(OrderedJSON.string)))
                )
            )
            traces.append(
                .members(
                    ("id", .string("\(experiment.id)")),
                    ("name", name),
                    ("traces", .array(traced.map(OrderedJSON.string)))
                )
            )
        }
        try write(.members(("experiments", .array(listed))), to: folder.experiments)
        try write(.members(("experiments", .array(traces))), to: folder.traces)
        try write(.members(("experiments", .array(models))), to: folder.loggedModels)
        try await writeRegisteredModels()
        try write(.object([]), to: folder.manifest)
        try await check()
        return ImportReport(
            source: source.name,
            tallies: Self.order.map { tallies[$0] ?? ImportTally($0) },
            differences: Array(differences.prefix(ImportReport.maximumDifferences)),
            leftBehind: try await source.leftBehind().map { "\($0.count) \($0.what)" },
            seconds: (ContinuousClock.now - began) / .seconds(1)
        )
    }

    // Records

    private func writeRuns(of experiment: ImportedExperiment) async throws -> [String] {
        var ids: [String] = []
        var token: String?
        repeat {
            let page = try await source.runs(of: experiment.id, after: token)
            for run in page.elements {
                let record = run.record
                let place = folder.run(record.id, of: experiment.id)
                var sum = RecordSum()
                let metrics = try await self.metrics(of: run, &sum)
                try note("runs", record.id, "\(Digest.canonical(record)) \(sum.hex)")
                let members = MLflowFolder.write(record) + [.init("metrics", metrics)]
                let isNew = try write(.object(members), to: "\(place)/run.json", kind: "runs")
                count("metric points", Int(sum.count), isNew: isNew)
                if let root = ArtifactPlaces.proxied(record.artifactURI) { places.append((root, "\(place)/artifacts")) }
                experimentNames[record.id] = experiment.name
                ids.append(record.id)
                progress("experiment \(experiment.id): \(ids.count) runs")
            }
            token = page.next
        } while token != nil
        return ids
    }

    private func metrics(of run: SourceRun, _ sum: inout RecordSum) async throws -> OrderedJSON {
        var points: [String: [OrderedJSON]] = [:]
        var token: String?
        repeat {
            let page = try await source.series(of: run, after: token)
            for series in page.elements {
                for place in series.values.indices {
                    let (timestamp, step, value) = (series.timestamps[place], series.steps[place], series.values[place])
                    sum.add(key: series.key, timestamp: timestamp, step: step, value: value)
                    points[series.key, default: []].append(
                        .members(
                            ("value", .real(value ?? .nan)),
                            ("timestamp", .integer(timestamp)),
                            ("step", .integer(step))
                        )
                    )
                }
            }
            token = page.next
        } while token != nil
        return .object(points.sorted { $0.key < $1.key }.map { .init($0.key, .array($0.value)) })
    }

    private func writeLoggedModels(of experiment: ImportedExperiment) async throws -> [String] {
        var ids: [String] = []
        var token: String?
        repeat {
            let page = try await source.loggedModels(of: experiment.id, after: token)
            for model in page.elements {
                let place = folder.loggedModel(model.id)
                try note("logged models", model.id, Digest.canonical(model).description)
                try write(MLflowFolder.write(model), to: "\(place)/logged_model.json", kind: "logged models")
                if let root = ArtifactPlaces.proxied(model.artifactLocation) {
                    places.append((root, "\(place)/artifacts"))
                }
                ids.append(model.id)
            }
            token = page.next
        } while token != nil
        return ids
    }

    private func writeTraces(of experiment: ImportedExperiment) async throws -> [String] {
        if experiment.lifecycleStage != "active" { return [] }
        var ids: [String] = []
        var token: String?
        repeat {
            let page = try await source.traces(of: experiment.id, after: token)
            for trace in page.elements {
                try note("traces", trace.id, trace.fingerprint)
                let content = OrderedJSON.members(
                    ("info", trace.info),
                    ("data", .members(("spans", .array(trace.spans))))
                )
                try write(content, to: folder.trace(trace.id), kind: "traces")
                ids.append(trace.id)
            }
            token = page.next
        } while token != nil
        return ids
    }

    private func writeRegisteredModels() async throws {
        var names: [OrderedJSON] = []
        for model in try await source.registeredModels() {
            try note("registered models", model.name, Digest.canonical(model).description)
            let content = MLflowFolder.write(model) { experimentNames[$0] }
            let isNew = try write(content, to: folder.model(model.name), kind: "registered models")
            count("model versions", model.versions.count, isNew: isNew)
            names.append(.string(model.name))
        }
        try write(.members(("models", .array(names))), to: folder.models)
    }

    // Artifacts

    private func writeArtifacts(of experiment: ImportedExperiment) async throws {
        // The longest first: a run's folder lies below the experiment's.
        let roots = places.sorted { $0.root.utf8.count > $1.root.utf8.count }
        var folders: [String: String] = [:]
        for place in roots { folders[place.root] = place.folder }
        var part: [SourceArtifact] = []
        try await source.artifacts(of: [experiment]) { artifact in
            part.append(artifact)
            if part.count < Self.artifactsPerQuestion { return }
            try await writeArtifacts(part, folders)
            part = []
        }
        try await writeArtifacts(part, folders)
    }

    private func writeArtifacts(_ artifacts: [SourceArtifact], _ folders: [String: String]) async throws {
        if artifacts.isEmpty { return }
        var keys = ImportKeys()
        keys.artifacts = artifacts.map(\.path)
        let prints = try await client.send(ImportAPI.fingerprints, body: keys).artifacts
        let digests = Dictionary(prints.map { ($0.key, $0.digest) }, uniquingKeysWith: { first, _ in first })
        for artifact in artifacts {
            let file = folder.path(try place(of: MLflowFolder.checked(artifact.path), folders))
            let wanted = digests[artifact.path]
            var isNew = false
            if try wanted == nil || Self.digest(of: file) != wanted {
                let copy = try await artifact.fetch()
                try Self.move(copy, to: file)
                isNew = true
            }
            let isEqual = try wanted != nil && (!isNew || Self.digest(of: file) == wanted)
            count("artifacts", 1, isNew: isNew, isEqual: isEqual)
            if !isEqual { differences.append("artifacts \(artifact.path)") }
        }
        progress("\(tallies["artifacts"]?.source ?? 0) artifacts")
    }

    /// Where a file lies here: with the run or logged model whose folder it is below.
    private func place(of path: String, _ folders: [String: String]) -> String {
        var head = path[...]
        while let slash = head.lastIndex(of: "/") {
            head = head[..<slash]
            if let folder = folders[String(head)] { return folder + path[slash...] }
        }
        return "\(folder.otherArtifacts)/\(path)"
    }

    private static func digest(of file: String) throws -> Digest? {
        guard let handle = FileHandle(forReadingAtPath: file) else { return nil }
        defer { try? handle.close() }
        var hash = SHA256Stream()
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data) }
        return hash.finalize()
    }

    // Files

    /// Writes a file whole or not at all; one with the same content stays.
    ///
    /// - Returns: whether it was written.
    @discardableResult
    private func write(_ content: OrderedJSON, to relative: String, kind: String? = nil) throws -> Bool {
        let file = folder.path(relative)
        let document = OrderedJSON.members(
            (
                "system",
                .members(
                    ("script", "aku export mlflow"),
                    ("package_version", .string(Release.version)),
                    ("export_file_version", "2"),
                    ("mlflow_tracking_uri", .string(source.name))
                )
            ),
            ("mlflow", content)
        )
        let data = Data(document.bytes(spaced: true) + [UInt8(ascii: "\n")])
        let isNew = FileManager.default.contents(atPath: file) != data
        if isNew {
            let copy = folder.path(".part-" + UUID().uuidString)
            try Self.makeFolder(folder.root)
            guard FileManager.default.createFile(atPath: copy, contents: data) else { throw Self.failed(copy) }
            try Self.move(copy, to: file)
        }
        if let kind { count(kind, 1, isNew: isNew) }
        return isNew
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw failed(path)
        }
    }

    private static func move(_ copy: String, to file: String) throws {
        try makeFolder((file as NSString).deletingLastPathComponent)
        if rename(copy, file) == 0 { return }
        // The temporary folder may be on another disk.
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let beside = file + ".part"
        try? FileManager.default.removeItem(atPath: beside)
        guard (try? FileManager.default.copyItem(atPath: copy, toPath: beside)) != nil, rename(beside, file) == 0 else {
            throw failed(file)
        }
    }

    private static func failed(_ path: String) -> PlatformError {
        PlatformError(ErrorCode("file_failed", .internal), "'\(path)' cannot be written.")
    }

    // Counting and checking

    private func count(_ kind: String, _ number: Int, isNew: Bool, isEqual: Bool = true) {
        var tally = tallies[kind] ?? ImportTally(kind)
        tally.source += number
        if isNew { tally.written += number } else { tally.unchanged += number }
        if isEqual { tally.verified += number }
        tallies[kind] = tally
    }

    private func note(_ kind: String, _ key: String, _ fingerprint: String) throws {
        written["\(kind) \(key)"] = fingerprint
    }

    /// Reads everything back as an import would, and compares.
    private func check() async throws {
        let back = try MLflowFolderSource(path: folder.root)
        var rest = written
        func compare(_ kind: String, _ key: String, _ fingerprint: String) {
            let name = "\(kind) \(key)"
            if rest.removeValue(forKey: name) == fingerprint { return }
            differences.append(name)
            tallies[kind]?.verified -= 1
        }
        for experiment in try await back.experiments() {
            compare("experiments", "\(experiment.id)", try Digest.canonical(experiment).description)
            for model in try await back.loggedModels(of: experiment.id, after: nil).elements {
                compare("logged models", model.id, try Digest.canonical(model).description)
            }
            var token: String?
            repeat {
                let page = try await back.runs(of: experiment.id, after: token)
                for run in page.elements {
                    var sum = RecordSum()
                    for series in try await back.series(of: run, after: nil).elements {
                        for place in series.values.indices {
                            sum.add(
                                key: series.key,
                                timestamp: series.timestamps[place],
                                step: series.steps[place],
                                value: series.values[place]
                            )
                        }
                    }
                    compare("runs", run.record.id, try "\(Digest.canonical(run.record)) \(sum.hex)")
                }
                token = page.next
            } while token != nil
            repeat {
                let page = try await back.traces(of: experiment.id, after: token)
                for trace in page.elements { compare("traces", trace.id, trace.fingerprint) }
                token = page.next
            } while token != nil
        }
        for model in try await back.registeredModels() {
            compare("registered models", model.name, try Digest.canonical(model).description)
        }
        for name in rest.keys.sorted() {
            differences.append(name)
            if let kind = Self.order.first(where: { name.hasPrefix("\($0) ") }) { tallies[kind]?.verified -= 1 }
        }
    }
}
