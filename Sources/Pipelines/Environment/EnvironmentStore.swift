import Foundation
import Primitives
import Storage
import Synchronization

/// A Python that a task may use until it is given back.
struct EnvironmentLease: Sendable {
    /// The folder of its programs; may be empty.
    let folder: String
    /// Gives it back.
    let release: @Sendable () -> Void
}

/// Python environments built from lock files by `uv`, each once, below the engine's folder; the folder's name is the digest
/// of what it is built from. One that is not complete is built anew.
final class EnvironmentStore: Sendable {
    /// Beyond so many, those that were not used for longest are removed.
    static let maximumEnvironments = 16
    /// The largest lock file, in bytes.
    static let maximumLockBytes = 4 << 20

    private struct State {
        var building: Set<String> = []
        var uses: [String: Int] = [:]
    }

    private let configuration: PipelineConfiguration
    private let objects: ObjectStore
    private let state = Mutex(State())
    private var root: String { configuration.workFolder + "/environments" }

    init(configuration: PipelineConfiguration, objects: ObjectStore) {
        self.configuration = configuration
        self.objects = objects
    }

    /// The environment of a lock file, built when it is not there; blocks meanwhile. What `uv` says goes into the
    /// attempt's log.
    ///
    /// - Returns: nil when the attempt was ended while it waited or built.
    /// - Throws: `task_environment_failed`.
    func environment(
        of lock: LockFile,
        interpreter: Interpreter?,
        attempt: AttemptFolder,
        _ control: AttemptControl
    ) throws -> EnvironmentLease? {
        guard let interpreter else {
            throw Self.failure("The server has no Python to build it with.", "Start the server with --python.")
        }
        let text = [lock.name, lock.digest.description, interpreter.version, interpreter.binary.description]
        let key = String(Digest.sha256(of: Data(text.joined(separator: "\n").utf8)).hex.prefix(32))
        guard enter(key, control) else { return nil }
        var isBuilt = false
        defer { leave(key, isBuilt: isBuilt) }
        if access(mark(key), F_OK) != 0 {
            guard try build(lock, key, attempt, control) else { return nil }
        }
        utimes(mark(key), nil)
        isBuilt = true
        trim()
        return EnvironmentLease(folder: "\(root)/\(key)/bin") { [self] in
            state.withLock { $0.uses[key, default: 1] -= 1 }
        }
    }

    private func mark(_ key: String) -> String { "\(root)/\(key)/aku-environment" }

    /// Waits until nobody builds the environment; then it is this caller's to look at.
    private func enter(_ key: String, _ control: AttemptControl) -> Bool {
        while control.stopReason == nil {
            if state.withLock({ $0.building.insert(key).inserted }) { return true }
            usleep(20_000)
        }
        return false
    }

    private func leave(_ key: String, isBuilt: Bool) {
        state.withLock { state in
            state.building.remove(key)
            if isBuilt { state.uses[key, default: 0] += 1 }
        }
    }

    // MARK: - Building

    private func build(_ lock: LockFile, _ key: String, _ attempt: AttemptFolder, _ control: AttemptControl) throws
        -> Bool
    {
        let folder = "\(root)/\(key)", file = "\(attempt.path)/\(lock.name)"
        Workspace.remove(folder)
        try Workspace.makeFolder(root)
        let content = try objects.data(lock.digest, upTo: Self.maximumLockBytes)
        try content.write(to: URL(fileURLWithPath: file))
        let hashed = lock.name.hasSuffix(".txt") && content.range(of: Data("--hash=".utf8)) != nil
        let quoted = CommandTemplate.quote
        let uv = quoted(configuration.uv)
        let names = ["python", "python3"].map { "\(configuration.pythonFolder)/\($0)" }
        let python = quoted(names.first { access($0, X_OK) == 0 } ?? names[0])
        let child = try ChildProcess.start(
            ProcessOrder(
                command: """
                    echo 'building the Python environment of \(lock.digest.short)'
                    \(uv) venv --quiet --no-project --python \(python) \(quoted(folder))
                    \(uv) pip sync --quiet --compile-bytecode \(hashed ? "--require-hashes" : "") \
                    --python \(quoted(folder + "/bin/python")) \(quoted(file))
                    """,
                environment: environment(attempt),
                folder: attempt.work,
                log: attempt.log
            )
        )
        control.started(child.id)
        child.waitForEnd()
        let ending = ChildProcess.ending(control.reap(child.id, isLast: false))
        if control.stopReason != nil { return false }
        guard ending == .exit(0) else {
            Workspace.remove(folder)
            throw Self.failure(
                ending == .exit(127) ? "There is no 'uv'." : "uv says:\n\(LogFile.tail(attempt.log))",
                ending == .exit(127)
                    ? "Install it (pip install uv), or name it with AKU_UV."
                    : "Check the lock file with 'uv pip sync --dry-run'; see the task's log."
            )
        }
        guard FileManager.default.createFile(atPath: mark(key), contents: Data(lock.digest.description.utf8)) else {
            throw Self.failure("Its folder cannot be written.", "Make room on the disk.")
        }
        return true
    }

    private func environment(_ attempt: AttemptFolder) -> [String: String] {
        var out = ["PATH": "/usr/local/bin:/usr/bin:/bin", "UV_CACHE_DIR": root + "/cache"]
        out.merge(configuration.uvEnvironment, uniquingKeysWith: { _, server in server })
        out.merge(
            ["UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "AKU_WORK": attempt.path],
            uniquingKeysWith: { _, ours in ours }
        )
        return out
    }

    /// Removes what was not used for longest and is not in use.
    private func trim() {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { $0 != "cache" }
        guard names.count > Self.maximumEnvironments else { return }
        func age(_ name: String) -> Int {
            var status = stat()
            return stat(mark(name), &status) == 0 ? status.st_mtim.tv_sec : 0
        }
        let oldest = names.map { (age: age($0), name: $0) }.sorted { $0 < $1 }
        for (_, name) in oldest.prefix(names.count - Self.maximumEnvironments) {
            let isFree = state.withLock { state in
                state.uses[name, default: 0] == 0 && state.building.insert(name).inserted
            }
            guard isFree else { continue }
            Workspace.remove("\(root)/\(name)")
            state.withLock { state in
                state.building.remove(name)
                state.uses[name] = nil
            }
        }
    }

    private static func failure(_ reason: String, _ nextStep: String) -> PlatformError {
        PlatformError(
            .taskEnvironmentFailed,
            "The task's Python environment could not be built. \(reason)",
            nextStep: nextStep
        )
    }
}
