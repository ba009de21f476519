import Client
import Foundation
import Primitives
import Storage
import WireAPI

/// Brings records over in bounded batches. Before it writes, it asks for the fingerprints of what is here, so that an import that
/// was cut off goes on with what is missing; afterwards it asks again and compares.
final class MLflowImporter {
    let source: any MLflowSource
    let client: AkuClient
    private let progress: @Sendable (String) -> Void
    private var tallies: [ImportTally] = []
    private var differences: [String] = []

    /// Keys a question, points a request, artifacts a request.
    private static let keysPerRequest = 500
    private static let pointsPerRequest = 50_000
    private static let artifactsPerRequest = 64
    /// Files that move at once.
    private static let transfers = 8

    /// - Parameter progress: told what is going on, often.
    init(source: any MLflowSource, client: AkuClient, progress: @escaping @Sendable (String) -> Void) {
        self.source = source
        self.client = client
        self.progress = progress
    }

    /// Does the whole import.
    ///
    /// - Throws: what the source and the server throw; records that differ afterwards do not throw, they are in the report.
    func run() async throws -> ImportReport {
        let began = ContinuousClock.now
        let experiments = try await source.experiments()
        try await importExperiments(experiments)
        try await importLoggedModels(experiments)
        try await importRuns(experiments)
        try await importArtifacts(experiments)
        try await importRegisteredModels()
        try await importTraces(experiments)
        return ImportReport(
            source: source.name,
            tallies: tallies,
            differences: Array(differences.prefix(ImportReport.maximumDifferences)),
            leftBehind: try await source.leftBehind().map { "\($0.count) \($0.what)" },
            seconds: (ContinuousClock.now - began) / .seconds(1)
        )
    }

    private func importTraces(_ experiments: [ImportedExperiment]) async throws {
        var tally = ImportTally("traces")
        let traces = MLflowTraceImporter(source: source, target: MLflowAPI(client: client), progress: progress)
        // MLflow gives no traces of deleted experiments out, and takes none for them.
        for experiment in experiments where experiment.lifecycleStage == "active" {
            try await traces.run(experiment.id, &tally, &differences)
        }
        tallies.append(tally)
    }

    private func importExperiments(_ experiments: [ImportedExperiment]) async throws {
        var tally = ImportTally("experiments")
        for part in experiments.parts(of: Self.keysPerRequest) {
            try await settle(
                part.map { ("\($0.id)", try Digest.canonical($0), $0) },
                &tally,
                ask: { keys, records in keys.experiments = records.map(\.id) },
                answer: \.experiments,
                fill: { batch, records in batch.experiments = records }
            )
        }
        tallies.append(tally)
    }

    private func importLoggedModels(_ experiments: [ImportedExperiment]) async throws {
        var tally = ImportTally("logged models")
        for experiment in experiments {
            var token: String?
            repeat {
                let page = try await source.loggedModels(of: experiment.id, after: token)
                try await settle(
                    page.elements.map { ($0.id, try Digest.canonical($0), $0) },
                    &tally,
                    ask: { keys, records in keys.loggedModels = records.map(\.id) },
                    answer: \.loggedModels,
                    fill: { batch, records in batch.loggedModels = records }
                )
                token = page.next
                progress("\(tally.source) logged models")
            } while token != nil
        }
        tallies.append(tally)
    }

    private func importRegisteredModels() async throws {
        var tally = ImportTally("registered models")
        var versions = ImportTally("model versions")
        for part in try await source.registeredModels().parts(of: 20) {
            let before = tally
            try await settle(
                part.map { ($0.name, try Digest.canonical($0), $0) },
                &tally,
                ask: { keys, records in keys.registeredModels = records.map(\.name) },
                answer: \.registeredModels,
                fill: { batch, records in batch.registeredModels = records }
            )
            let count = part.reduce(0) { $0 + $1.versions.count }
            versions.source += count
            // A model's fingerprint holds its versions.
            if tally.verified - before.verified == part.count { versions.verified += count }
            if tally.unchanged - before.unchanged == part.count {
                versions.unchanged += count
            } else {
                versions.written += count
            }
            progress("\(tally.source) registered models")
        }
        tallies += [tally, versions]
    }

    /// Writes those of some records that are not here as they are there, and compares afterwards.
    private func settle<Record: Sendable>(
        _ records: [(key: String, digest: Digest, record: Record)],
        _ tally: inout ImportTally,
        ask: (inout ImportKeys, [Record]) -> Void,
        answer: (ImportFingerprints) -> [ImportFingerprint],
        fill: (inout ImportRecords, [Record]) -> Void
    ) async throws {
        if records.isEmpty { return }
        tally.source += records.count
        var keys = ImportKeys()
        ask(&keys, records.map(\.record))
        let before = Self.digests(answer(try await client.send(ImportAPI.fingerprints, body: keys)))
        let changed = records.filter { before[$0.key] != $0.digest }
        tally.unchanged += records.count - changed.count
        tally.verified += records.count - changed.count
        if changed.isEmpty { return }
        var batch = ImportRecords(source: source.name)
        fill(&batch, changed.map(\.record))
        _ = try await client.send(ImportAPI.records, body: batch)
        tally.written += changed.count
        var questions = ImportKeys()
        ask(&questions, changed.map(\.record))
        let after = Self.digests(answer(try await client.send(ImportAPI.fingerprints, body: questions)))
        for record in changed {
            if after[record.key] == record.digest {
                tally.verified += 1
            } else {
                differences.append("\(tally.kind) \(record.key)")
            }
        }
    }

    private static func digests(_ prints: [ImportFingerprint]) -> [String: Digest] {
        Dictionary(prints.map { ($0.key, $0.digest) }, uniquingKeysWith: { first, _ in first })
    }

    // Runs with their histories

    private func importRuns(_ experiments: [ImportedExperiment]) async throws {
        var runs = ImportTally("runs")
        var points = ImportTally("metric points")
        for experiment in experiments {
            var token: String?
            repeat {
                let page = try await source.runs(of: experiment.id, after: token)
                try await importPage(page.elements, &runs, &points)
                token = page.next
                progress("experiment \(experiment.id): \(runs.source) runs, \(points.source) points")
            } while token != nil
        }
        tallies += [runs, points]
    }

    private func importPage(_ page: [SourceRun], _ runs: inout ImportTally, _ points: inout ImportTally) async throws {
        if page.isEmpty { return }
        let before = try await fingerprints(of: page)
        var expected: [String: ImportFingerprint] = [:]
        var batch = ImportRecords(source: source.name)
        for run in page {
            let id = run.record.id
            let digest = try Digest.canonical(run.record)
            if let known = before[id], known.digest == digest {
                var sum = RecordSum()
                try await eachSeries(of: run) { sum.add($0) }
                if known.history == sum.hex {
                    count(sum.count, in: &runs, &points, unchanged: true)
                    continue
                }
            }
            batch.runs.append(run.record)
            var sum = RecordSum()
            var pending = batch
            try await eachSeries(of: run) { [client] series in
                sum.add(series)
                for part in series.parts(of: Self.pointsPerRequest) {
                    if pending.points + part.values.count > Self.pointsPerRequest {
                        _ = try await client.send(ImportAPI.records, body: pending)
                        pending = ImportRecords(source: pending.source)
                    }
                    pending.series.append(part)
                }
            }
            batch = pending
            expected[id] = ImportFingerprint(key: id, digest: digest, size: sum.count, history: sum.hex)
            count(sum.count, in: &runs, &points, unchanged: false)
        }
        if batch.count + batch.points > 0 { _ = try await client.send(ImportAPI.records, body: batch) }
        let after = try await fingerprints(of: page.filter { expected[$0.record.id] != nil })
        for (id, wanted) in expected {
            if after[id] == wanted {
                runs.verified += 1
                points.verified += Int(wanted.size)
            } else {
                differences.append("runs \(id)")
            }
        }
    }

    private func count(_ size: Int64, in runs: inout ImportTally, _ points: inout ImportTally, unchanged: Bool) {
        runs.source += 1
        points.source += Int(size)
        if unchanged {
            runs.unchanged += 1
            runs.verified += 1
            points.unchanged += Int(size)
            points.verified += Int(size)
        } else {
            runs.written += 1
            points.written += Int(size)
        }
    }

    private func eachSeries(of run: SourceRun, _ body: (ImportedSeries) async throws -> Void) async throws {
        var token: String?
        repeat {
            let page = try await source.series(of: run, after: token)
            for series in page.elements { try await body(series) }
            token = page.next
        } while token != nil
    }

    private func fingerprints(of runs: [SourceRun]) async throws -> [String: ImportFingerprint] {
        if runs.isEmpty { return [:] }
        var keys = ImportKeys()
        keys.runs = runs.map(\.record.id)
        let prints = try await client.send(ImportAPI.fingerprints, body: keys).runs
        return Dictionary(prints.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    // Artifacts

    private func importArtifacts(_ experiments: [ImportedExperiment]) async throws {
        var tally = ImportTally("artifacts")
        var part: [SourceArtifact] = []
        try await source.artifacts(of: experiments) { artifact in
            part.append(artifact)
            if part.count == Self.artifactsPerRequest {
                try await importArtifacts(part, &tally)
                part = []
            }
        }
        try await importArtifacts(part, &tally)
        tallies.append(tally)
    }

    private func importArtifacts(_ artifacts: [SourceArtifact], _ tally: inout ImportTally) async throws {
        if artifacts.isEmpty { return }
        let before = try await sizes(of: artifacts.map(\.path))
        var batch = ImportRecords(source: source.name)
        let client = client
        var rest = artifacts[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.transfers))
            rest = rest.dropFirst(Self.transfers)
            batch.artifacts += try await withThrowingTaskGroup(of: ImportedArtifact?.self) { group in
                for artifact in some {
                    group.addTask { try await Self.transfer(artifact, known: before[artifact.path], client) }
                }
                var moved: [ImportedArtifact] = []
                for try await one in group { if let one { moved.append(one) } }
                return moved
            }
        }
        tally.source += artifacts.count
        tally.written += batch.artifacts.count
        tally.unchanged += artifacts.count - batch.artifacts.count
        tally.verified += artifacts.count - batch.artifacts.count
        tally.amount += artifacts.reduce(0) { $0 + $1.size }
        progress("\(tally.source) artifacts, \(tally.amount >> 20) MiB")
        if batch.artifacts.isEmpty { return }
        _ = try await client.send(ImportAPI.records, body: batch)
        let after = try await sizes(of: batch.artifacts.map(\.path))
        for artifact in batch.artifacts {
            if let print = after[artifact.path], print.digest == artifact.digest, print.size == artifact.size {
                tally.verified += 1
            } else {
                differences.append("artifacts \(artifact.path)")
            }
        }
    }

    /// Uploads a file; nil when it is here already: a local file by its digest, a remote one by its size, since what is here
    /// under its name was received whole and hashed then.
    private static func transfer(
        _ artifact: SourceArtifact,
        known: ImportFingerprint?,
        _ client: AkuClient
    ) async throws -> ImportedArtifact? {
        if artifact.isRemote, let known, known.size == artifact.size { return nil }
        let file = try await artifact.fetch()
        defer { if artifact.isRemote { try? FileManager.default.removeItem(atPath: file) } }
        let object = try await client.uploadObject(file: file)
        if known?.digest == object.digest { return nil }
        return ImportedArtifact(path: artifact.path, digest: object.digest, size: object.size)
    }

    private func sizes(of paths: [String]) async throws -> [String: ImportFingerprint] {
        var keys = ImportKeys()
        keys.artifacts = paths
        let prints = try await client.send(ImportAPI.fingerprints, body: keys).artifacts
        return Dictionary(prints.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Array {
    /// The elements in parts of a size; the last may be smaller.
    fileprivate func parts(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

extension ImportedSeries {
    /// The same points in parts of a size.
    fileprivate func parts(of size: Int) -> [ImportedSeries] {
        if values.count <= size { return [self] }
        return stride(from: 0, to: values.count, by: size).map { begin in
            let range = begin..<min(begin + size, values.count)
            return ImportedSeries(
                runID: runID,
                key: key,
                timestamps: Array(timestamps[range]),
                steps: Array(steps[range]),
                values: Array(values[range])
            )
        }
    }
}

extension RecordSum {
    /// Adds every point of a series.
    fileprivate mutating func add(_ series: ImportedSeries) {
        for place in series.values.indices {
            add(
                key: series.key,
                timestamp: series.timestamps[place],
                step: series.steps[place],
                value: series.values[place]
            )
        }
    }
}
