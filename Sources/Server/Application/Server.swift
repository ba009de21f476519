import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Primitives
import ServiceLifecycle

/// Builds the platform, listens, and runs until SIGTERM or SIGINT; then drains requests and stops every service in turn.
///
/// - Parameter onListening: called once with the port.
/// - Throws: `port_in_use`, `data_folder_in_use`, `tls_files_invalid` and whatever the parts throw while they open.
package func runServer(
    _ configuration: ServerConfiguration,
    logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void
) async throws {
    let configuration = try configuration.withChosenPort()
    let platform = try await buildPlatform(configuration, logger: logger)
    // The lock on the data folder lives as long as this value.
    defer { withExtendedLifetime(platform) {} }
    let http = HTTPServerBuilder.http1(
        configuration: .init(additionalChannelHandlers: [LargeReads(), ExpectedContinue()])
    )
    let prepared = AsyncStream<Void>.makeStream()
    var application = Application(
        responder: platform.responder,
        server: try configuration.tls.map { try .tls(http, tlsConfiguration: $0.configuration()) } ?? http,
        configuration: ApplicationConfiguration(
            address: .hostname(configuration.host, port: configuration.port),
            serverName: "aku"
        ),
        services: platform.services + GRPCService.services(of: platform, prepared: prepared.stream, logger: logger),
        onServerRunning: { channel in
            onListening(channel.localAddress?.port ?? configuration.port)
            ProgramText.release()
        },
        logger: logger
    )
    application.beforeServerStarts {
        try await platform.prepare()
        prepared.continuation.finish()
    }
    do {
        try await application.runService()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
        throw PlatformError(
            ErrorCode("port_in_use", .unavailable),
            "Port \(configuration.port) on \(configuration.host) is in use.",
            nextStep: "Stop the other program, or start with --port 0 or another port.",
            context: ["port": String(configuration.port)]
        )
    }
}

extension TLSFiles {
    /// TLS 1.3 with this chain and key.
    func configuration() throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map {
                NIOSSLCertificateSource.certificate($0)
            }
            let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv13
            return configuration
        } catch {
            throw PlatformError(
                ErrorCode("tls_files_invalid", .invalidArgument),
                "The TLS certificate or key cannot be read: \(error).",
                nextStep: "Give PEM files: the chain with the leaf first, and an unencrypted key."
            )
        }
    }
}

extension ServerConfiguration {
    /// The same with a real port where 0 asked for any: tasks are told the address before the listener is open.
    fileprivate func withChosenPort() throws -> ServerConfiguration {
        guard port == 0 else { return self }
        guard let free = LoopbackPort.probe(0) else {
            throw PlatformError(ErrorCode("port_in_use", .unavailable), "No free port was found on \(host).")
        }
        var chosen = self
        chosen.port = free
        return chosen
    }
}
