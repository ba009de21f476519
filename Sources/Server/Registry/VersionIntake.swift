import Primitives
import Registry
import Storage
import Tracking

/// Looks at the files of a version before it is registered: their digests make a tree that cannot change, and the scanner
/// looks into them.
struct VersionIntake: Sendable {
    /// What was seen.
    struct Look: Sendable {
        let content: VersionContent
        let report: ScanReport?
    }

    let registry: RegistryStore
    let artifacts: ArtifactStore
    let mode: ModelScanMode

    /// The files at a location; nil when this server does not keep them, or none are there.
    ///
    /// - Throws: `model_scan_refused` when something is found and the server refuses such models.
    func look(at location: String) async throws -> Look? {
        guard let path = ArtifactController.path(of: location), !path.isEmpty else { return nil }
        let entries = try await artifacts.entries(below: path)
        if entries.isEmpty { return nil }
        let objects = artifacts.objects
        let tree = try Tree(entries: entries)
        let stored = try await objects.blocking { _ in try objects.put(tree: tree) }
        return Look(
            content: VersionContent(tree: stored.digest, files: entries.count, bytes: stored.bytes),
            report: try await scan(tree)
        )
    }

    /// What the scanner finds in a tree; nil when nobody looks.
    ///
    /// - Throws: `model_scan_refused`, as above.
    func scan(_ tree: Tree) async throws -> ScanReport? {
        if mode == .off { return nil }
        let objects = artifacts.objects
        let report = try await objects.blocking { _ in
            var report = ScanReport()
            for entry in tree.entries {
                let inPath = ModelScanner.findings(inPath: entry.path)
                if !inPath.isEmpty { report.add(inPath) }
                guard ModelScanner.concerns(entry.path) else { continue }
                report.add(try ModelScanner.findings(in: entry, objects))
            }
            return report
        }
        guard mode == .refuse, !report.isClean else { return report }
        throw report.refusal
    }

    /// Records what the scanner found on a version.
    func attest(_ report: ScanReport?, _ version: ModelVersion) async throws {
        guard let report else { return }
        _ = try await registry.attest(
            version.model,
            version.version,
            kind: "scan",
            passed: report.isClean,
            reasons: report.isClean ? ["\(report.files) files were looked into; nothing was found."] : report.reasons,
            details: [
                "scanner": "aku/1", "files": .integer(Int64(report.files)),
                "findings": .array(
                    report.findings.map {
                        ["path": .string($0.path), "code": .string($0.code), "detail": .string($0.detail)]
                    }
                ),
            ],
            actor: "scanner"
        )
    }
}
