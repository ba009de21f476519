import Foundation
import Primitives

/// Calls of `podman`.
struct Podman: Sendable {
    let program: String
    let environment: [String: String]

    /// What `podman container inspect` says, as far as we need it.
    struct State: Decodable, Sendable {
        /// `created`, `running`, `exited`, …
        let status: String
        let exitCode: Int32
        let outOfMemory: Bool
        let error: String
        let startedAt: String
        let finishedAt: String

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case outOfMemory = "OOMKilled"
            case error = "Error"
            case startedAt = "StartedAt"
            case finishedAt = "FinishedAt"
        }
    }

    /// Exit status of podman for an error of its own.
    static let ownError: Int32 = 125

    /// Calls podman.
    ///
    /// - Throws: `executor_unavailable` when it cannot be started or does not answer in time.
    func call(_ arguments: [String], limit: Duration = .seconds(60)) async throws -> ProgramRun.Result {
        let result = try await ProgramRun(
            program: program,
            arguments: arguments,
            environment: environment,
            limit: limit
        ).result()
        guard !result.timedOut else {
            throw PlatformError(
                .executorUnavailable,
                "'podman \(arguments.first ?? "")' did not answer within \(limit.components.seconds) s.",
                nextStep: "Look at the machine's load, and at 'podman info'."
            )
        }
        return result
    }

    /// The state of a container; nil when there is none of the name.
    func state(_ name: String) async throws -> State? {
        let result = try await call(["container", "inspect", "--format", "{{json .State}}", name])
        if result.status == Self.ownError, result.errors.contains("no such container") { return nil }
        guard result.status == 0 else { throw Self.unavailable(result) }
        return try CanonicalJSON.decode(State.self, from: result.output, what: "podman's answer")
    }

    /// Podman's last line of complaint.
    static func complaint(_ result: ProgramRun.Result) -> String {
        let line = result.errors.split(separator: "\n").last.map(String.init) ?? "status \(result.status)"
        return String((line.hasPrefix("Error: ") ? String(line.dropFirst(7)) : line).prefix(500))
    }

    static func unavailable(_ result: ProgramRun.Result) -> PlatformError {
        PlatformError(
            .executorUnavailable,
            "Podman says: \(complaint(result))",
            nextStep: "Try 'podman info' as the server's user."
        )
    }
}
