import Primitives
import Storage
import Synchronization
import WireAPI

/// One more thing to verify, handed over by the composition root: package signatures, references to objects, and so on.
package typealias VerifyCheck = (name: String, run: @Sendable () async throws -> [VerifyFinding])

/// Checks the database file, the journal, every object, and what else was handed over. Reads everything; changes
/// nothing.
package final class Verifier: Sendable {
    /// The most findings of a report.
    private static let maximumFindings = 10_000

    private let database: any DatabaseEngine
    private let journal: Journal
    private let objects: ObjectStore
    private let verifiers: [CheckpointVerifier]
    private let checkpointFile: String
    private let extra: [VerifyCheck]
    private let running = Mutex(false)

    /// Makes a verifier.
    package init(
        database: any DatabaseEngine,
        objects: ObjectStore,
        verifiers: [CheckpointVerifier],
        checkpointFile: String,
        extra: [VerifyCheck]
    ) {
        self.database = database
        journal = Journal(database: database)
        self.objects = objects
        self.verifiers = verifiers
        self.checkpointFile = checkpointFile
        self.extra = extra
    }

    /// Runs every check in turn; a check that fails to run is itself a finding.
    ///
    /// - Parameter progress: told what is done, a few times a second.
    /// - Throws: `verify_running` when one is under way; `CancellationError`.
    package func run(progress: @escaping @Sendable (VerifyLine) async throws -> Void) async throws -> VerifyReport {
        guard
            running.withLock({ taken in
                taken
                    ? false
                    : {
                        taken = true; return true
                    }()
            })
        else {
            throw PlatformError(
                ErrorCode("verify_running", .conflict),
                "A verification is under way.",
                nextStep: "Wait for it to end."
            )
        }
        defer { running.withLock { $0 = false } }
        var reports: [VerifyCheckReport] = []
        var findings: [VerifyFinding] = []
        let steps = [("database", checkDatabase), ("journal", checkJournal)]
        for (name, step) in steps {
            try await progress(VerifyLine(check: name, done: 0, total: 1))
            try await collect(name, &reports, &findings, step)
        }
        try await collect("objects", &reports, &findings) { try await self.checkObjects(progress) }
        for (name, check) in extra {
            try await progress(VerifyLine(check: name, done: 0, total: 1))
            try await collect(name, &reports, &findings) { CheckResult(findings: try await check()) }
        }
        return VerifyReport(checks: reports, findings: Array(findings.prefix(Self.maximumFindings)))
    }

    private struct CheckResult: Sendable {
        var checked: Int64?
        var bytes: Int64?
        var findings: [VerifyFinding] = []
    }

    private func collect(
        _ name: String,
        _ reports: inout [VerifyCheckReport],
        _ findings: inout [VerifyFinding],
        _ check: @Sendable () async throws -> CheckResult
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var result = CheckResult()
        do {
            result = try await check()
        } catch let error as CancellationError {
            throw error
        } catch {
            result.findings = [VerifyFinding(error, subject: "check/\(name)")]
        }
        let spent = start.duration(to: clock.now).components
        findings += result.findings
        reports.append(
            VerifyCheckReport(
                name: name,
                checked: result.checked,
                bytes: result.bytes,
                milliseconds: spent.seconds * 1000 + spent.attoseconds / 1_000_000_000_000_000,
                findings: result.findings.count
            )
        )
    }

    private func checkDatabase() async throws -> CheckResult {
        let problems = try await database.integrityProblems()
        return CheckResult(
            findings: problems.map { VerifyFinding(code: "database_corrupt", subject: "database", message: $0) }
        )
    }

    private func checkJournal() async throws -> CheckResult {
        let result = try await journal.verify(verifiers: verifiers, checkpointFile: checkpointFile)
        return CheckResult(checked: result.entries, findings: result.findings.map(VerifyFinding.init))
    }

    private func checkObjects(_ progress: @Sendable (VerifyLine) async throws -> Void) async throws -> CheckResult {
        let digests = try await objects.blocking { try $0.digests() }
        var result = CheckResult(checked: Int64(digests.count), bytes: 0)
        let clock = ContinuousClock()
        var told = clock.now
        for (index, digest) in digests.enumerated() {
            try Task.checkCancellation()
            do {
                result.bytes =
                    try await (result.bytes ?? 0)
                    + objects.blocking { store in
                        try store.verify(digest)
                        return try store.size(digest)
                    }
            } catch {
                result.findings.append(VerifyFinding(error, subject: "object/\(digest)"))
            }
            if index == digests.count - 1 || told.duration(to: clock.now) > .milliseconds(200) {
                told = clock.now
                try await progress(VerifyLine(check: "objects", done: Int64(index + 1), total: Int64(digests.count)))
            }
        }
        return result
    }
}
