import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Primitives
import WireAPI

/// A part of a task's log.
package struct PipelineLogPart: Sendable, Equatable {
    /// What was written.
    package let bytes: Data
    /// Whether more can come.
    package let isOpen: Bool
}

extension AkuClient {
    /// A task's log from an offset in bytes, at most 1 MiB of it.
    ///
    /// - Parameter attempt: the latest when nil.
    package func pipelineLog(run: String, task: String, attempt: Int? = nil, offset: Int = 0) async throws
        -> PipelineLogPart
    {
        let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._"))
        let path = PipelinesAPI.logPath
            .replacingOccurrences(of: "{id}", with: run.addingPercentEncoding(withAllowedCharacters: unreserved) ?? run)
            .replacingOccurrences(
                of: "{task}",
                with: task.addingPercentEncoding(withAllowedCharacters: unreserved) ?? task
            )
        let response = try await open(
            .get,
            path: path,
            query: ["offset": String(offset), "attempt": attempt.map(String.init)]
        )
        let buffer = try await response.body.collect(upTo: 2 << 20)
        return PipelineLogPart(
            bytes: Data(buffer.readableBytesView),
            isOpen: response.headers.first(name: PipelinesAPI.openHeader) == "true"
        )
    }
}
