import Foundation
import Primitives

/// Containers of the server's machine. The server prepares the attempt's folder and keeps its outputs as for a process; the
/// command runs in the image instead, with nothing of the machine but that folder. A container outlives the server: its
/// name and labels say which attempt it is.
struct PodmanExecutor: TaskExecutor {
    let local: LocalExecutor
    let podman: Podman

    var survivesServer: Bool { true }
    /// A look at a running container is one look into /proc.
    var interval: Duration { .milliseconds(100) }

    /// The label that names a container's attempt.
    static let label = "aku.attempt"

    func submit(_ submission: Submission) async throws -> String {
        let id = submission.id, name = Self.name(id), folder = folder(id)
        // A server that was killed between the start and its note comes here again: the folder is in use then.
        if FileManager.default.fileExists(atPath: folder.path), try await podman.state(name) != nil { return name }
        guard submission.order.network != .platform else {
            throw PlatformError(
                .taskNetworkUnsupported,
                "The task declares 'network: platform', and a container reaches nothing or what the machine reaches.",
                nextStep: "Declare 'network: none' or 'network: any'.",
                context: ["network": submission.order.network.rawValue]
            )
        }
        try await prepare(submission.order, folder)
        let result = try await podman.call(arguments(submission, folder), limit: .seconds(1800))
        guard result.status != 0 else { return name }
        let complaint = Podman.complaint(result)
        if result.errors.contains("already in use") { return name }
        if ["pull", "manifest unknown", "image not known", "initializing source", "unable to find a name"].contains(
            where: result.errors.contains
        ) {
            throw PlatformError(
                .imageUnavailable,
                "The image '\(submission.order.placement.image ?? "")' cannot be had: \(complaint)",
                nextStep: "Pull it with 'podman pull' as the server's user, or mend the digest."
            )
        }
        throw PlatformError(
            .executorRefused,
            "Podman did not start the container: \(complaint)",
            nextStep: "Try 'podman run --rm IMAGE true' as the server's user."
        )
    }

    func observe(_ id: AttemptID) async throws -> Observation {
        let folder = folder(id)
        if let monitor = Self.monitor(folder), ProcessTable.startTicks(monitor) != nil { return .running }
        guard let state = try await podman.state(Self.name(id)) else { return .unknown }
        switch state.status {
        case "running", "stopping", "paused": return .running
        case "created", "initialized", "configured":
            // Podman made the container and could not start it, or is about to: only the call that starts it knows.
            return .unknown
        default: return .ended(try await outcome(id, state, folder))
        }
    }

    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data {
        LogFile.read(local.workspace.log(id.run, id.task, id.attempt), from: offset, limit: limit)
    }

    func cancel(_ id: AttemptID, force: Bool) async throws {
        _ = try await podman.call(["kill", "--signal", force ? "KILL" : "TERM", Self.name(id)])
    }

    func adopt() async throws -> [AttemptID] {
        let format = "{{index .Labels \"\(Self.label)\"}}"
        let result = try await podman.call(["ps", "--all", "--filter", "label=\(Self.label)", "--format", format])
        guard result.status == 0 else { throw Podman.unavailable(result) }
        return String(decoding: result.output, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "/").map(String.init)
            guard parts.count == 3, let attempt = Int(parts[2]) else { return nil }
            let id = AttemptID(run: parts[0], task: parts[1], attempt: attempt)
            // Another server of this machine may have containers too; their folders are not among ours.
            return FileManager.default.fileExists(atPath: folder(id).path) ? id : nil
        }
    }

    func reap(_ id: AttemptID) async {
        _ = try? await podman.call(["rm", "--force", "--ignore", "--time", "0", Self.name(id)])
        let folder = folder(id)
        Workspace.remove(folder.path)
        rmdir((folder.path as NSString).deletingLastPathComponent)
    }

    // MARK: - Parts

    /// Not among the folders of processes, which a starting server empties.
    func folder(_ id: AttemptID) -> AttemptFolder {
        AttemptFolder(
            path: "\(local.workspace.root)/containers/\(id.run)/\(id.task).\(id.attempt)",
            log: local.workspace.log(id.run, id.task, id.attempt)
        )
    }

    static func name(_ id: AttemptID) -> String { "aku-\(id.run)-\(id.task)-\(id.attempt)" }

    private func prepare(_ order: AttemptOrder, _ folder: AttemptFolder) async throws {
        let local = local
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try FileManager.default.createDirectory(
                            atPath: local.workspace.root + "/containers",
                            withIntermediateDirectories: true
                        )
                        try folder.prepare(
                            code: order.code,
                            inputs: order.inputs,
                            outputs: order.outputs,
                            objects: local.objects
                        )
                        guard FileManager.default.createFile(atPath: folder.log, contents: nil) else {
                            throw PlatformError(.internalError, "The log '\(folder.log)' cannot be made.")
                        }
                    }
                )
            }
        }
    }

    private static func monitor(_ folder: AttemptFolder) -> pid_t? {
        FileManager.default.contents(atPath: folder.monitor).flatMap {
            pid_t(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    private func outcome(_ id: AttemptID, _ state: Podman.State, _ folder: AttemptFolder) async throws -> AttemptOutcome
    {
        guard let data = FileManager.default.contents(atPath: folder.note),
            let note = try? JSONDecoder().decode(ContainerNote.self, from: data)
        else { return .lost(PlatformError(.taskLost, "The folder '\(folder.path)' of the container is gone.")) }
        let tail = LogFile.tail(folder.log)
        if state.outOfMemory {
            return .failed(
                PlatformError(
                    .taskOutOfMemory,
                    "The container needed more memory than the task's \(note.memoryBytes ?? 0) bytes and was ended.",
                    nextStep: "Raise resources.memory, or make the task need less.",
                    context: ["log_tail": tail]
                )
            )
        }
        switch state.exitCode {
        case 0: return try await collect(note.outputs, folder)
        // Podman tells 137 or -1 of a container that its monitor killed at the end of its time.
        case 137 where note.isOver(startedAt: state.startedAt, finishedAt: state.finishedAt),
            -1 where note.isOver(startedAt: state.startedAt, finishedAt: state.finishedAt):
            return .failed(
                PlatformError(
                    .taskTimeout,
                    "The task ran past its timeout of \(note.timeoutSeconds) s and was ended.",
                    nextStep: "Raise timeout_seconds, or make the task faster.",
                    context: ["log_tail": tail]
                )
            )
        case 129...192: return .failed(LocalExecutor.failure(.signal(state.exitCode - 128), folder.log))
        case 255 where !state.error.isEmpty:
            return .lost(PlatformError(.taskLost, "The container ended without a status: \(state.error)"))
        default: return .failed(LocalExecutor.failure(.exit(state.exitCode), folder.log))
        }
    }

    private func collect(_ outputs: [String], _ folder: AttemptFolder) async throws -> AttemptOutcome {
        let objects = local.objects
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        do {
                            return .succeeded(try folder.collect(outputs, objects: objects))
                        } catch let error as PlatformError where error.code.kind != .unavailable {
                            return .failed(error)
                        }
                    }
                )
            }
        }
    }
}

extension AttemptFolder {
    /// Podman writes the process id of the container's monitor there.
    var monitor: String { path + "/monitor.pid" }
}
