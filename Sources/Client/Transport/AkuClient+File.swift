import AsyncHTTPClient
import Foundation
import NIOCore
import Primitives
import WireAPI

extension AkuClient {
    /// Streams what a path answers into a new file.
    ///
    /// - Returns: bytes received.
    /// - Throws: the server's error, `server_unreachable`, `file_failed`.
    package func download(path: String, query: [String: String?] = [:], to file: String) async throws -> Int64 {
        let response = try await open(.get, path: path, query: query)
        guard FileManager.default.createFile(atPath: file, contents: nil),
            let handle = FileHandle(forWritingAtPath: file)
        else { throw PlatformError(ErrorCode("file_failed", .internal), "The file '\(file)' cannot be written.") }
        defer { try? handle.close() }
        var received: Int64 = 0
        for try await buffer in response.body {
            try handle.write(contentsOf: Data(buffer.readableBytesView))
            received += Int64(buffer.readableBytes)
        }
        return received
    }

    /// Streams a file to a path with PUT.
    ///
    /// - Throws: the server's error, `server_unreachable`, `file_missing`.
    package func upload(file: String, size: Int64, to path: String) async throws {
        let blocks = try FileBlocks(path: file, blockBytes: 1 << 20)
        let response = try await open(
            .put,
            path: path,
            contentType: "application/octet-stream",
            body: .stream(blocks, length: .known(size))
        )
        _ = try await response.body.collect(upTo: 1 << 20)
    }
}
