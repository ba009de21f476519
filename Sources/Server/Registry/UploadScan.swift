import Primitives
import Registry
import Storage

/// Looks into files when their upload is complete and before they get a name: those whose name says that they could be
/// models, and every small one, since a loader does not care about names.
struct UploadScan: Sendable {
    let mode: ModelScanMode
    let objects: ObjectStore
    let database: any Database

    /// - Throws: `model_scan_refused` when something is found and the server refuses such files.
    func inspect(_ object: StoredObject, _ path: String) async throws {
        guard mode != .off, ModelScanner.concerns(path) || object.size <= ModelScanner.mappedBytes else { return }
        let objects = objects
        let entry = TreeEntry(path: path, digest: object.digest, size: object.size, executable: false)
        let findings = try await objects.blocking { _ in try ModelScanner.findings(in: entry, objects) }
        guard !findings.isEmpty else { return }
        var report = ScanReport()
        report.add(findings)
        if mode == .refuse { throw report.refusal }
        let event = JournalEvent(
            kind: "artifact.flagged",
            subject: "artifact/\(path)",
            actor: "scanner",
            body: [
                "digest": .string(object.digest.description), "reasons": .array(report.reasons.map(JSONValue.string)),
            ]
        )
        try await database.write { transaction in _ = try transaction.record(event) }
    }
}
