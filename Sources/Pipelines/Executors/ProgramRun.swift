import Foundation
import Primitives

/// A short call of another program, such as `podman` or `sbatch`, with a bound on time and output.
struct ProgramRun: Sendable {
    /// The program; looked for in `PATH` of the environment unless it holds a slash.
    let program: String
    let arguments: [String]
    /// The whole environment.
    let environment: [String: String]
    /// For standard input.
    var input = Data()
    /// After so long it is killed.
    var limit = Duration.seconds(60)

    /// What it left.
    struct Result: Sendable {
        /// 0 to 255; 128 and the number of a signal that ended it.
        let status: Int32
        let output: Data
        let errors: String
        let timedOut: Bool
    }

    /// The largest output that is read, in bytes.
    static let maximumOutputBytes = 16 << 20

    /// Runs the program on a thread of its own.
    ///
    /// - Throws: `executor_unavailable` when it cannot be started.
    func result() async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result { try run() }) }
        }
    }

    /// Where a program lies on a path.
    static func find(_ name: String, path: String?) -> String? {
        if name.contains("/") { return name }
        return (path ?? "").split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs the program on this thread, which waits for its end.
    ///
    /// - Throws: `executor_unavailable` when it cannot be started.
    func run() throws -> Result {
        guard let path = Self.find(program, path: environment["PATH"]) else { throw missing("it is not there") }
        let files = try Files()
        defer { files.remove() }
        try files.write(input)
        // What a program leaves behind must not land in the server's own folder: conmon writes a file 'oom' where it stands.
        let spawn = ProcessSpawn(
            program: path,
            arguments: [path] + arguments,
            environment: environment,
            folder: files.folder
        )
        let (id, code) = spawn.start { actions in
            posix_spawn_file_actions_addopen(&actions, 0, files.input, O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, files.output, O_WRONLY | O_CREAT, 0o600)
            posix_spawn_file_actions_addopen(&actions, 2, files.errors, O_WRONLY | O_CREAT, 0o600)
        }
        guard code == 0 else { throw missing(String(cString: strerror(code))) }
        let (status, timedOut) = Self.wait(id, limit)
        return Result(
            status: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f),
            output: try files.read(files.output),
            errors: String(decoding: try files.read(files.errors), as: UTF8.self),
            timedOut: timedOut
        )
    }

    private func missing(_ reason: String) -> PlatformError {
        PlatformError(
            .executorUnavailable,
            "'\(program)' cannot be started: \(reason).",
            nextStep: "Install it, or give the server a PATH on which it is."
        )
    }

    /// Looks often at first, since most calls take some milliseconds.
    private static func wait(_ id: pid_t, _ limit: Duration) -> (Int32, Bool) {
        let deadline = ContinuousClock.now.advanced(by: limit)
        var status: Int32 = 0, pause: UInt32 = 500, timedOut = false
        while true {
            let ended = waitpid(id, &status, WNOHANG)
            if ended == id || (ended == -1 && errno != EINTR) { return (status, timedOut) }
            if !timedOut, ContinuousClock.now >= deadline {
                timedOut = true
                kill(-id, SIGKILL)
            }
            usleep(pause)
            pause = min(pause * 2, 10_000)
        }
    }

    /// Files take any amount of output without a reader, and nothing waits for a grandchild that keeps them open.
    private struct Files {
        let folder: String
        var input: String { folder + "/input" }
        var output: String { folder + "/output" }
        var errors: String { folder + "/errors" }

        init() throws {
            folder = NSTemporaryDirectory() + "aku-call-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }

        func write(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: input)) }

        func read(_ path: String) throws -> Data {
            guard let handle = FileHandle(forReadingAtPath: path) else { return Data() }
            defer { try? handle.close() }
            return try handle.read(upToCount: ProgramRun.maximumOutputBytes) ?? Data()
        }

        func remove() { try? FileManager.default.removeItem(atPath: folder) }
    }
}
