import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Pipelines
import Primitives
import WireAPI

/// A task's log as it grows, as server-sent events (WHATWG HTML §9.2): `log` with a JSON text, `attempt` with a number when the
/// task is begun again and its log with it, `end` when the task is over. Each event's id is the offset in bytes to go on from;
/// a browser that reconnects sends the last one.
struct PipelineLogStream: Sendable {
    /// Bytes of one event at most.
    private static let maximumBytes = 64 << 10
    /// Between two looks at a log that did not grow.
    private static let pause = Duration.milliseconds(250)
    /// Looks without news before a comment shows that the connection lives.
    private static let looksBeforeComment = 60

    private let engine: PipelineEngine
    private let run: String
    private let task: String
    private let attempt: Int?
    private let offset: Int64

    /// Reads `?offset=` and `?attempt=`; `Last-Event-ID` goes before the offset.
    ///
    /// - Throws: `invalid_argument`.
    init(_ call: Call, engine: PipelineEngine) throws {
        self.engine = engine
        run = try call.parameter("id")
        task = try call.parameter("task")
        attempt = call.query("attempt") == nil ? nil : try call.integer("attempt", default: 1, in: 1...Int(Int32.max))
        let resumed = call.request.headers[.lastEventID].flatMap { Int64($0) }
        offset = try max(0, resumed ?? Int64(call.integer("offset", default: 0, in: 0...Int.max)))
    }

    private func read(from offset: Int64) async throws -> (bytes: Data, attempt: Int, isOpen: Bool) {
        try await engine.log(run: run, task: task, attempt: attempt, offset: offset, limit: Self.maximumBytes)
    }

    /// - Throws: `pipeline_run_not_found`, `pipeline_task_not_found`, before anything is sent.
    func response() async throws -> Response {
        let first = try await read(from: offset)
        let body = ResponseBody { writer in
            var part = first, place = offset, looks = 0, number = first.attempt
            while true {
                if part.attempt != number {
                    // The task was begun again: its log is another file.
                    (number, place) = (part.attempt, 0)
                    try await writer.write(ByteBuffer(string: "id: 0\nevent: attempt\ndata: \(number)\n\n"))
                    part = try await read(from: 0)
                    continue
                }
                // The last bytes of a part may be the beginning of a character.
                let bytes =
                    part.isOpen || part.bytes.count == Self.maximumBytes ? part.bytes.wholeCharacters : part.bytes
                if !bytes.isEmpty {
                    place += Int64(bytes.count)
                    looks = 0
                    let text = try CanonicalJSON.text(String(decoding: bytes, as: UTF8.self))
                    try await writer.write(ByteBuffer(string: "id: \(place)\nevent: log\ndata: \(text)\n\n"))
                } else if !part.isOpen {
                    break
                } else {
                    looks += 1
                    if looks % Self.looksBeforeComment == 0 {
                        try await writer.write(ByteBuffer(string: ": alive\n\n"))
                    }
                    try await Task.sleep(for: Self.pause)
                }
                part = try await read(from: place)
            }
            try await writer.write(ByteBuffer(string: "id: \(place)\nevent: end\ndata: {}\n\n"))
            try await writer.finish(nil)
        }
        return .events(body)
    }
}

extension Data {
    /// Without the first bytes of a UTF-8 character whose others are still to come.
    fileprivate var wholeCharacters: Data {
        for back in 1...3 where count >= back {
            let byte = self[index(endIndex, offsetBy: -back)]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte & 0xE0 == 0xC0 ? 2 : byte & 0xF0 == 0xE0 ? 3 : byte & 0xF8 == 0xF0 ? 4 : 1
            return length > back ? dropLast(back) : self
        }
        return self
    }
}
