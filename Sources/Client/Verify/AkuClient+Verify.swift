import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import WireAPI

extension AkuClient {
    /// The longest line of a verification, in bytes: the last one carries the report.
    private static let maximumLineBytes = 64 << 20

    /// Lets the server check everything that it stores.
    ///
    /// - Parameter progress: told each line on the way.
    /// - Throws: `verify_running`, and what the server says.
    package func verify(progress: @Sendable (VerifyLine) -> Void) async throws -> VerifyReport {
        let response = try await open(.post, path: VerifyAPI.path, query: ["progress": "1"])
        var pending = Data()
        for try await buffer in response.body {
            pending.append(contentsOf: buffer.readableBytesView)
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(pending[..<end])
                pending = Data(pending[(end + 1)...])
                let known = try CanonicalJSON.decode(VerifyLine.self, from: line, what: "line of a verification")
                if let report = known.report { return report }
                progress(known)
            }
            guard pending.count <= Self.maximumLineBytes else {
                throw PlatformError(
                    .tooLarge,
                    "A line of the verification is longer than \(Self.maximumLineBytes) bytes."
                )
            }
        }
        throw PlatformError(
            ErrorCode("verify_cut_off", .unavailable),
            "The server ended the verification before its report.",
            nextStep: "Read the server's log, then run it again."
        )
    }
}
