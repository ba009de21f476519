import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import SwiftProtobuf

/// The messages of a gRPC request as they arrive (grpc/doc/PROTOCOL-HTTP2.md): each behind a byte that says whether it is
/// compressed and four bytes of length. Hummingbird carries HTTP/2.
struct GRPCMessages {
    /// The largest message, in bytes, compressed or not.
    static let maximumBytes = 64 << 20
    /// What a compressed message may unpack to.
    private static let maximumUnpackedBytes = 16 << 20

    private var source: RequestBody.AsyncIterator
    private var buffer = ByteBuffer()
    private let isGzip: Bool

    init(_ call: Call) {
        source = call.request.body.makeAsyncIterator()
        isGzip = call.request.headers[.grpcEncoding] == "gzip"
    }

    /// The next message; nil at the end.
    ///
    /// - Throws: `grpc_invalid`, `body_too_large`, `compressed_body_invalid`.
    mutating func next<Message: SwiftProtobuf.Message>(_: Message.Type) async throws -> Message? {
        while true {
            if let bytes = try take() {
                do {
                    return try Message(serializedBytes: bytes)
                } catch {
                    throw Self.invalid("A message is no protocol buffer of its kind.")
                }
            }
            guard var more = try await source.next() else {
                guard buffer.readableBytes == 0 else { throw Self.invalid("The request ends inside a message.") }
                return nil
            }
            buffer.discardReadBytes()
            buffer.writeBuffer(&more)
        }
    }

    private mutating func take() throws -> [UInt8]? {
        guard let flag = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            let length = buffer.getInteger(at: buffer.readerIndex + 1, as: UInt32.self)
        else { return nil }
        guard length <= Self.maximumBytes else {
            throw PlatformError(
                ErrorCode("body_too_large", .tooLarge),
                "The message has \(length) bytes; at most \(Self.maximumBytes) are taken."
            )
        }
        guard flag == 0 || (flag == 1 && isGzip) else {
            throw Self.invalid("The message is compressed by something other than gzip.")
        }
        guard buffer.readableBytes >= 5 + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: 5)
        let bytes = buffer.readBytes(length: Int(length)) ?? []
        return flag == 0 ? bytes : [UInt8](try Inflate.gzip(Data(bytes), upTo: Self.maximumUnpackedBytes))
    }

    /// `grpc_invalid`.
    static func invalid(_ message: String) -> PlatformError {
        PlatformError(ErrorCode("grpc_invalid", .invalidArgument), message)
    }
}

extension HTTPField.Name {
    /// How the request's compressed messages are compressed.
    fileprivate static let grpcEncoding = HTTPField.Name("grpc-encoding") ?? .eTag
}
