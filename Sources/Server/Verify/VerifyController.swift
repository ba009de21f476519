import Hummingbird
import NIOCore
import Primitives
import WireAPI

/// Runs a verification on request.
package struct VerifyController: Sendable {
    private let verifier: Verifier

    /// Serves a verifier.
    package init(verifier: Verifier) { self.verifier = verifier }

    /// Declares the route.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.post, VerifyAPI.path, permission: .journalRead, errors: .platform, verify)
    }

    private func verify(_ call: Call) async throws -> Response {
        guard call.query("progress") == "1" else { return try .json(await verifier.run { _ in }) }
        let verifier = verifier
        let (lines, continuation) = AsyncStream.makeStream(of: VerifyLine.self, bufferingPolicy: .bufferingNewest(64))
        let body = ResponseBody { writer in
            async let report = {
                defer { continuation.finish() }
                return try await verifier.run { continuation.yield($0) }
            }()
            for await line in lines {
                try await writer.write(ByteBuffer(string: CanonicalJSON.text(line) + "\n"))
            }
            try await writer.write(ByteBuffer(string: CanonicalJSON.text(VerifyLine(report: report)) + "\n"))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: VerifyAPI.linesType], body: body)
    }
}
