import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import Primitives
import ServiceLifecycle

/// The listener for gRPC: HTTP/2, plain on loopback and TLS elsewhere, as the rule for HTTP is. It opens when the models
/// have been loaded that were served before.
struct GRPCService: Service {
    let platform: Platform
    let port: Int
    let prepared: AsyncStream<Void>
    let logger: Logger

    /// The service, when the configuration asks for gRPC.
    static func services(of platform: Platform, prepared: AsyncStream<Void>, logger: Logger) -> [any Service] {
        guard let port = platform.configuration.grpcPort else { return [] }
        return [GRPCService(platform: platform, port: port, prepared: prepared, logger: logger)]
    }

    func run() async throws {
        for await _ in prepared {}
        let configuration = platform.configuration
        let application = Application(
            responder: platform.grpcResponder,
            server: try configuration.tls.map { try .http2Upgrade(tlsConfiguration: $0.configuration()) }
                ?? .plaintextHTTP2(),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: port),
                serverName: "aku"
            ),
            logger: logger
        )
        do {
            try await application.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PlatformError(
                ErrorCode("port_in_use", .unavailable),
                "The gRPC port \(port) on \(configuration.host) is in use.",
                nextStep: "Stop the other program, or start with another --grpc-port.",
                context: ["port": String(port)]
            )
        }
    }
}
