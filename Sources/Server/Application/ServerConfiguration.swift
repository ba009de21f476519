import Foundation
import Pipelines
import Primitives
import Storage
import Tracking

/// Who may call without a token.
package enum AuthenticationMode: String, Sendable, CaseIterable {
    /// Nobody: every route but health and the console's static files needs a token.
    case token
    /// Everybody who reaches the loopback listener. Refused on any other address.
    case none
}

/// A certificate chain and its key, PEM files.
package struct TLSFiles: Sendable, Equatable {
    /// The chain, leaf first.
    package let certificatePath: String
    /// The private key.
    package let keyPath: String

    /// Names the files; they are read when the server starts.
    package init(certificatePath: String, keyPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }
}

/// Everything the server is told, read once at the edge and checked.
package struct ServerConfiguration: Sendable, Equatable {
    /// Where everything is kept.
    package let dataFolder: String
    /// The address to listen on.
    package let host: String
    /// The port; 0 lets the system choose.
    package internal(set) var port: Int
    /// Who may call without a token.
    package let authentication: AuthenticationMode
    /// The certificate, or nil for plain HTTP (loopback only).
    package let tls: TLSFiles?
    /// The Python that tasks use and in whose packages the ONNX Runtime library lies; nil when there is none.
    package let pythonPath: String?
    /// Where this very program lies, so that tasks can call it.
    package let executablePath: String
    /// Pipeline tasks that run at once.
    package let taskSlots: Int
    /// Threads that run models.
    package let inferenceThreads: Int
    /// Where new experiments keep artifacts: a URI or absolute path. Clients write to any other than `mlflow-artifacts:`
    /// themselves.
    package let artifactRoot: String
    /// The PostgreSQL database to keep everything but objects and keys in; nil for SQLite in the data folder.
    package let database: PostgresAddress?

    /// The URI of this server's own artifact store.
    package static let servedArtifactRoot = "mlflow-artifacts:/"

    /// The bucket that keeps the objects; nil for the data folder.
    package var bucket: S3Location?

    /// What the registry is told: webhooks, sources, scanning.
    package var registry = RegistrySettings()

    /// Which executors pipelines have besides processes of this machine.
    package private(set) var executors = ExecutorSettings()

    /// The port for gRPC, on the same address and with the same certificate; nil for no gRPC.
    package private(set) var grpcPort: Int?

    /// Serves gRPC as well.
    ///
    /// - Parameter port: 0 chooses a free one at once.
    /// - Throws: `invalid_argument`; `port_in_use` when no port is free.
    package mutating func serveGRPC(port: Int) throws {
        guard (0...65535).contains(port), port == 0 || port != self.port else {
            throw PlatformError(
                .invalidArgument,
                "The gRPC port \(port) is out of range or taken by HTTP.",
                nextStep: "Choose another one from 1 to 65535."
            )
        }
        guard let chosen = port == 0 ? LoopbackPort.probe(0) : port else {
            throw PlatformError(ErrorCode("port_in_use", .unavailable), "No free port was found on \(host).")
        }
        grpcPort = chosen
    }

    /// Looks for the executors that this machine and its environment offer.
    package mutating func findExecutors(environment: [String: String]) throws {
        executors = try ExecutorSettings(environment: environment)
    }

    /// Checks the values that belong together.
    ///
    /// - Throws: `insecure_listener` for an address other than loopback without TLS and tokens; `invalid_argument`.
    package init(
        dataFolder: String,
        host: String = "127.0.0.1",
        port: Int = 8470,
        authentication: AuthenticationMode = .none,
        tls: TLSFiles? = nil,
        pythonPath: String? = nil,
        executablePath: String,
        taskSlots: Int = 2,
        inferenceThreads: Int = 2,
        artifactRoot: String = servedArtifactRoot,
        database: PostgresAddress? = nil
    ) throws {
        guard (0...65535).contains(port) else {
            throw PlatformError(
                .invalidArgument,
                "Port \(port) is out of range.",
                nextStep: "Choose one from 1 to 65535."
            )
        }
        guard (1...256).contains(taskSlots), (1...256).contains(inferenceThreads) else {
            throw PlatformError(.invalidArgument, "Task slots and inference threads go from 1 to 256.")
        }
        guard Self.isLoopback(host) || (tls != nil && authentication == .token) else {
            throw PlatformError(
                ErrorCode("insecure_listener", .invalidArgument),
                "Listening on \(host) needs TLS and tokens.",
                nextStep: "Add --tls-certificate, --tls-key and --auth token, or listen on 127.0.0.1."
            )
        }
        guard !artifactRoot.isEmpty, !artifactRoot.split(whereSeparator: { "/?&=".contains($0) }).contains("..") else {
            throw PlatformError(
                .invalidArgument,
                "The artifact root '\(artifactRoot)' is no place.",
                nextStep: "Write mlflow-artifacts:/, s3://BUCKET/FOLDER or a folder, without '..'."
            )
        }
        self.dataFolder = URL(fileURLWithPath: dataFolder).standardizedFileURL.path
        self.host = host
        self.port = port
        self.authentication = authentication
        self.tls = tls
        self.pythonPath = pythonPath
        self.executablePath = executablePath
        self.taskSlots = taskSlots
        self.inferenceThreads = inferenceThreads
        self.database = database
        self.artifactRoot = ArtifactLocation.resolve(artifactRoot)
    }

    /// Whether an address can be reached from this machine alone.
    package static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
