import ArgumentParser
import Commands
import Foundation
import Logging
import Primitives
import Server
import Storage

/// `aku up`: the server, the pipeline worker, the endpoints and the console in one process.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start everything on this machine: API, pipeline worker, endpoints, monitoring and console.",
        discussion: """
            Example:  aku up --data ~/.aku --port 8470

            Without --auth token, anybody who can reach the loopback address may do anything: use it on your own
            machine. With --auth token the administrator's token is written to DATA/keys/admin.token (mode 0600).
            """
    )

    @Option(name: .long, help: "The data folder. Default: AKU_DATA, else ~/.aku.")
    var data: String?

    @Option(name: .long, help: "The address to listen on; other than loopback needs TLS and tokens.")
    var host = "127.0.0.1"

    @Option(name: .long, help: "The port to listen on; 0 chooses a free one.")
    var port = 8470

    @Option(name: .long, help: "Serve the inference protocol over gRPC on this port as well; 0 chooses a free one.")
    var grpcPort: Int?

    @Option(name: .long, help: "Who may call without a token: 'none' (loopback development mode: everyone) or 'token'.")
    var auth = "none"

    @Option(name: .long, help: "PEM file with the certificate chain.")
    var tlsCertificate: String?

    @Option(name: .long, help: "PEM file with the certificate's key.")
    var tlsKey: String?

    @Option(name: .long, help: "The Python for tasks and ONNX Runtime. Default: AKU_PYTHON, .venv/bin/python, python3.")
    var python: String?

    @Option(name: .long, help: "Pipeline tasks that run at once.")
    var taskSlots = 2

    @Option(name: .long, help: "Threads that run models.")
    var inferenceThreads = 2

    @Option(name: .long, help: "Where new experiments keep artifacts, a URI. Default: mlflow-artifacts:/, this server.")
    var defaultArtifactRoot = ServerConfiguration.servedArtifactRoot

    @Option(name: .long, help: "postgres://USER@HOST:PORT/DATABASE. Default: AKU_DATABASE, else SQLite.")
    var database: String?

    @Option(name: .long, help: "s3://BUCKET/PREFIX?endpoint=…&region=…. Default: AKU_OBJECTS, else the data folder.")
    var objects: String?

    @Option(name: .long, help: "Add a moment to this backup repository every --backup-every: a folder, or s3://….")
    var backupTo: String?

    @Option(name: .long, help: "How often, with --backup-to: 30s, 5m, 1h, 1d.")
    var backupEvery = "1h"

    @Option(name: .long, help: "Prune with --backup-to: last=10,hourly=48,daily=30,weekly=12,monthly=12,yearly=5.")
    var backupKeep: String?

    @Option(name: .long, help: "Models in which the scanner finds something: 'off', 'warn' (recorded) or 'refuse'.")
    var modelScan = "warn"

    @Option(name: .long, help: "The same for artifacts when they are uploaded: 'off', 'warn' (journal) or 'refuse'.")
    var uploadScan = "off"

    @Option(name: .long, help: "Log lines as 'text' or 'json'.")
    var logFormat = "text"

    @Option(name: .long, help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "notice"

    @Flag(name: .long, help: "Print one JSON line when ready instead of the greeting.")
    var json = false

    func run() async throws {
        let configuration = try serverConfiguration()
        let logger = try makeLogger()
        let greeting = Greeting(configuration: configuration, json: json)
        let interval = try Interval(backupEvery)
        let schedule = try backupTo.map { place in
            BackupSchedule(
                folder: configuration.dataFolder,
                database: configuration.database,
                bucket: configuration.bucket,
                place: place,
                rule: try backupKeep.map(KeepRule.init)
            )
        }
        let (listening, isListening) = AsyncStream<Void>.makeStream()
        // Never waited for: it may be ended at any instruction, and a backup under way must not hold up the server's end.
        let backups = Task {
            guard let schedule else { return }
            for await _ in listening {
                try await schedule.run(every: interval) { added, _ in
                    logger.info("backup", metadata: ["moment": "\(added.point.moment)", "to": "\(schedule.place)"])
                }
            }
        }
        defer { backups.cancel() }
        try await runServer(configuration, logger: logger) { port in
            greeting.show(port: port)
            isListening.yield()
        }
    }

    private func serverConfiguration() throws -> ServerConfiguration {
        guard let mode = AuthenticationMode(rawValue: auth) else {
            throw PlatformError(.invalidArgument, "--auth is '\(auth)'.", nextStep: "Write 'none' or 'token'.")
        }
        var tls: TLSFiles?
        switch (tlsCertificate, tlsKey) {
        case (let certificate?, let key?): tls = TLSFiles(certificatePath: certificate, keyPath: key)
        case (nil, nil): break
        default:
            throw PlatformError(
                .invalidArgument,
                "TLS needs both files.",
                nextStep: "Give --tls-certificate and --tls-key together."
            )
        }
        var configuration = try ServerConfiguration(
            dataFolder: LocalMachine.dataFolder(option: data),
            host: host,
            port: port,
            authentication: mode,
            tls: tls,
            pythonPath: LocalMachine.python(option: python),
            executablePath: LocalMachine.executablePath,
            taskSlots: taskSlots,
            inferenceThreads: inferenceThreads,
            artifactRoot: defaultArtifactRoot,
            database: try LocalMachine.database(option: database)
        )
        if let grpcPort { try configuration.serveGRPC(port: grpcPort) }
        configuration.registry = RegistrySettings(environment: ProcessInfo.processInfo.environment)
        try configuration.findExecutors(environment: ProcessInfo.processInfo.environment)
        configuration.registry.modelScan = try Self.scan("--model-scan", modelScan)
        configuration.registry.uploadScan = try Self.scan("--upload-scan", uploadScan)
        configuration.bucket = try LocalMachine.bucket(option: objects)
        return configuration
    }

    private static func scan(_ option: String, _ text: String) throws -> ModelScanMode {
        guard let mode = ModelScanMode(rawValue: text) else {
            throw PlatformError(
                .invalidArgument,
                "\(option) is '\(text)'.",
                nextStep: "Write 'off', 'warn' or 'refuse'."
            )
        }
        return mode
    }

    private func makeLogger() throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw PlatformError(
                .invalidArgument,
                "--log-level is '\(logLevel)'.",
                nextStep: Suggestion.phrase(for: logLevel, among: Logger.Level.allCases.map(\.rawValue))
            )
        }
        guard logFormat == "text" || logFormat == "json" else {
            throw PlatformError(
                .invalidArgument,
                "--log-format is '\(logFormat)'.",
                nextStep: "Write 'text' or 'json'."
            )
        }
        let asJSON = logFormat == "json"
        var logger = Logger(label: "aku") { label -> any LogHandler in
            if asJSON { return JSONLogHandler(label: label) }
            return StreamLogHandler.standardError(label: label)
        }
        logger.logLevel = level
        return logger
    }
}

/// What `aku up` says once it listens.
private struct Greeting: Sendable {
    let configuration: ServerConfiguration
    let json: Bool

    func show(port: Int) {
        let scheme = configuration.tls == nil ? "http" : "https"
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        let url = "\(scheme)://\(host):\(port)"
        if json {
            var line: [String: JSONValue] = [
                "url": .string(url), "pid": .integer(Int64(ProcessInfo.processInfo.processIdentifier)),
                "data": .string(configuration.dataFolder), "auth": .string(configuration.authentication.rawValue),
            ]
            if let port = configuration.grpcPort { line["grpc"] = .string("\(host):\(port)") }
            Terminal.print((try? CanonicalJSON.text(line)) ?? url)
            return
        }
        let access =
            switch configuration.authentication {
            case .none: "development mode: everyone who reaches this address may do anything, no token is asked for"
            case .token: "a token is needed; the administrator's is in \(configuration.dataFolder)/keys/admin.token"
            }
        Terminal.print(
            """
            aku \(Release.version)
              console   \(url)/
              mlflow    export MLFLOW_TRACKING_URI=\(url)
              data      \(configuration.dataFolder)
              access    \(access)
            """
        )
    }
}
