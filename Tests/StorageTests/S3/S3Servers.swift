import Foundation
import Primitives
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// A real S3 server as a child process, on a free port of this machine, ended with the value.
final class S3Server: @unchecked Sendable {
    // @unchecked: the process is started in init and ended in deinit; nothing else touches it.

    /// Which program serves.
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        /// `moto_server`: conditional puts, entity tags of parts; signatures are not checked.
        case moto
        /// `rclone serve s3`: signatures are checked; conditional puts are not known.
        case rclone
        /// `juicefs gateway`, which is MinIO's S3 layer over another store: signatures are checked; conditional puts are not
        /// known.
        case juicefs

        var testDescription: String { rawValue }
    }

    static let environment = ["AWS_ACCESS_KEY_ID": "AKIATESTKEY", "AWS_SECRET_ACCESS_KEY": "testsecret"]

    let endpoint: String
    private let process: ServerProgram
    private let folder: TemporaryFolder

    /// The environment of Python, where the servers are installed (Tests/requirements.txt).
    private static var tools: String {
        let python =
            ProcessInfo.processInfo.environment["AKU_PYTHON"]
            ?? "\(FileManager.default.currentDirectoryPath)/.venv/bin/python"
        return (python as NSString).deletingLastPathComponent
    }

    init(_ kind: Kind) throws {
        folder = try TemporaryFolder()
        let port = try Self.freePort()
        endpoint = "http://127.0.0.1:\(port)"
        try FileManager.default.createDirectory(atPath: folder.path("data/objects"), withIntermediateDirectories: true)
        let command: [String]
        switch kind {
        case .moto:
            command = ["\(Self.tools)/moto_server", "-H", "127.0.0.1", "-p", "\(port)"]
        case .rclone:
            let key =
                "\(Self.environment["AWS_ACCESS_KEY_ID"] ?? ""),\(Self.environment["AWS_SECRET_ACCESS_KEY"] ?? "")"
            // Not with a --dir-cache-time of 0s: rclone then empties its cache in a loop without a pause, and an overwrite
            // waits for seconds, or for good, for the lock that the loop holds.
            command = [
                "\(Self.tools)/rclone", "serve", "s3", "--addr", "127.0.0.1:\(port)", "--auth-key", key, "--config",
                "/dev/null", "--vfs-cache-mode", "off", folder.path("data"),
            ]
        case .juicefs:
            let program = "\(Self.tools)/juicefs"
            let meta = "sqlite3://\(folder.path("meta.db"))"
            let keys = Self.environment
            command = [
                "/usr/bin/env", "MINIO_ROOT_USER=\(keys["AWS_ACCESS_KEY_ID"] ?? "")",
                "MINIO_ROOT_PASSWORD=\(keys["AWS_SECRET_ACCESS_KEY"] ?? "")", "sh", "-c",
                """
                \(program) format --no-update --storage file --trash-days 0 --bucket \(folder.path("blocks"))/ \(meta) objects
                exec \(program) gateway --no-usage-report --no-banner --metrics 127.0.0.1:0 \
                    --cache-dir \(folder.path("cache")) \(meta) 127.0.0.1:\(port)
                """,
            ]
        }
        // Servers that all tests share live as long as the test program, however it ends.
        process = try ServerProgram("/bin/sh", ["-c", Self.watch, "sh", "\(getpid())"] + command)
        try waitUntilItAnswers()
    }

    private static let watch = """
        parent=$1; shift; "$@" & server=$!
        trap 'kill -KILL $server; exit' TERM
        while kill -0 $parent 2>/dev/null; do sleep 1; done
        kill -KILL $server
        """

    deinit {
        process.end()
    }

    /// A store below a prefix of its own.
    func store(_ prefix: String, cache: String, time: TimeSource = .system, renewSeconds: Int64 = 0) throws
        -> ObjectStore
    {
        ObjectStore(backend: try objects(prefix, cache: cache, time: time, renewSeconds: renewSeconds))
    }

    func objects(_ prefix: String, cache: String, time: TimeSource = .system, renewSeconds: Int64 = 0) throws
        -> S3Objects
    {
        S3Objects(
            location: try S3Location("s3://objects/\(prefix)?endpoint=\(endpoint)", environment: [:]),
            credentials: try S3Credentials.find(environment: Self.environment),
            folder: try ObjectFolder(root: cache),
            time: time,
            renewSeconds: renewSeconds
        )
    }

    private func waitUntilItAnswers() throws {
        let folder = try TemporaryFolder()
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                let client = try objects("start", cache: folder.path("cache")).client
                // moto begins without buckets; where the bucket is there this changes nothing.
                _ = try client.send(S3Request(method: "PUT", key: "", action: "make the bucket"))
                return
            } catch {
                guard ContinuousClock.now < deadline, process.isRunning else { throw error }
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound else { throw PlatformError(.fileFailed, "No free port.") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension S3Server {
    private static let running = Mutex<[Kind: S3Server]>([:])

    /// One server a kind for all tests; each takes a prefix of its own.
    static func shared(_ kind: Kind) throws -> S3Server {
        try running.withLock { servers in
            if let server = servers[kind] { return server }
            let server = try S3Server(kind)
            servers[kind] = server
            return server
        }
    }
}

/// A child process. Not Foundation's `Process`, which crashes in a program with more than a thousand open files: it reads past
/// the list of them.
private final class ServerProgram: @unchecked Sendable {
    // @unchecked: one caller at a time, see `S3Server`.
    private let id: pid_t
    private var hasEnded = false

    init(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for handle: Int32 in 0..<3 { posix_spawn_file_actions_addopen(&actions, handle, "/dev/null", O_RDWR, 0) }
        var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &actions, nil, &words, environ)
        guard code == 0 else { throw CocoaError(.executableLoad) }
        self.id = id
    }

    var isRunning: Bool {
        if !hasEnded { hasEnded = waitpid(id, nil, WNOHANG) == id }
        return !hasEnded
    }

    func end() {
        guard isRunning else { return }
        kill(id, SIGTERM)
        while waitpid(id, nil, 0) == -1, errno == EINTR {}
        hasEnded = true
    }
}
