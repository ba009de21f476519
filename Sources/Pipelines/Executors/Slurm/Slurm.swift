import Foundation
import Primitives

/// Calls of Slurm's commands, and what its controller last said of our user's jobs.
actor Slurm {
    /// A job.
    struct Job: Sendable, Equatable {
        let id: String
        let name: String
        /// `PENDING`, `RUNNING`, `COMPLETED`, …
        let state: String
    }

    private let environment: [String: String]
    private var known: (at: ContinuousClock.Instant, jobs: [String: Job])?
    private var question: Task<[String: Job], any Error>?

    init(environment: [String: String]) {
        self.environment = environment
    }

    /// Every job that `squeue` tells, by name, the newest of a name; no older than `age`. However many ask at once, the
    /// controller is asked once.
    func jobs(age: Duration = .seconds(1)) async throws -> [String: Job] {
        if let known, known.at.duration(to: .now) < age { return known.jobs }
        if let question { return try await question.value }
        let asked = ContinuousClock.now
        let question = Task { try Self.parse(try await call("squeue", Self.question).output) }
        self.question = question
        defer { self.question = nil }
        let jobs = try await question.value
        known = (asked, jobs)
        return jobs
    }

    /// What was known is no longer true.
    func forget() { known = nil }

    /// The last that accounting knows of a job of the name; nil where the cluster keeps none.
    func accounted(_ name: String) async -> Job? {
        let arguments = [
            "--noheader", "--parsable2", "--allocations", "--format=JobID,JobName,State", "--name=\(name)",
        ]
        guard let result = try? await call("sacct", arguments) else { return nil }
        return (try? Self.parse(result.output))?[name]
    }

    /// Calls a command.
    ///
    /// - Throws: `executor_unavailable` when the controller does not answer; `executor_refused` with its reason.
    @discardableResult
    func call(
        _ program: String,
        _ arguments: [String],
        input: String = "",
        more: [String: String] = [:]
    ) async throws -> ProgramRun.Result {
        let result = try await ProgramRun(
            program: program,
            arguments: arguments,
            environment: environment.merging(more) { _, new in new },
            input: Data(input.utf8),
            limit: .seconds(60)
        ).result()
        if result.status == 0 { return result }
        let complaint = String((result.errors.split(separator: "\n").last.map(String.init) ?? "").prefix(500))
        let down = ["Unable to contact", "Connection refused", "timed out", "Protocol authentication", "Munge", "busy"]
        if result.timedOut || down.contains(where: result.errors.localizedCaseInsensitiveContains) {
            throw PlatformError(
                .executorUnavailable,
                "Slurm does not answer '\(program)': \(complaint)",
                nextStep: "Look at slurmctld and munge with 'scontrol ping'."
            )
        }
        throw PlatformError(
            .executorRefused,
            "Slurm's '\(program)' ended with status \(result.status): \(complaint)",
            nextStep: "Look at the partition and its limits with 'sinfo'."
        )
    }

    private static let question = ["--me", "--noheader", "--states=all", "--format=%i|%j|%T"]

    /// Lines of id, name and state; `CANCELLED by 0` is `CANCELLED`.
    static func parse(_ output: Data) throws -> [String: Job] {
        var jobs: [String: Job] = [:]
        for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, let number = Int(fields[0]) else { continue }
            let state = fields[2].prefix { $0.isUppercase || $0 == "_" }
            if let other = jobs[fields[1]], Int(other.id) ?? 0 > number { continue }
            jobs[fields[1]] = Job(id: fields[0], name: fields[1], state: String(state))
        }
        return jobs
    }
}
