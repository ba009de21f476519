import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import SwiftProtobuf

extension Response {
    /// A response of messages; its status is written last.
    ///
    /// - Parameter write: hands messages to its argument, one by one.
    static func grpc<Message: SwiftProtobuf.Message>(
        _ write: @escaping @Sendable (_ send: (Message) async throws -> Void) async throws -> Void
    ) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/grpc"],
            body: ResponseBody { writer in
                var failure: PlatformError?
                do {
                    var open = writer
                    try await write { message in try await open.write(ByteBuffer(framing: message)) }
                    writer = open
                } catch let error as PlatformError {
                    failure = error
                }
                try await writer.finish(GRPCStatus.trailers(failure))
            }
        )
    }

    /// A response of one message.
    static func grpc(_ message: some SwiftProtobuf.Message) throws -> Response {
        let frame = try ByteBuffer(framing: message)
        return Response(
            status: .ok,
            headers: [.contentType: "application/grpc"],
            body: ResponseBody { writer in
                try await writer.write(frame)
                try await writer.finish(GRPCStatus.trailers(nil))
            }
        )
    }

    /// A response that is nothing but a failure.
    static func grpc(failed error: PlatformError) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/grpc"],
            body: ResponseBody { writer in try await writer.finish(GRPCStatus.trailers(error)) }
        )
    }
}

extension ByteBuffer {
    /// A message behind its prefix, not compressed.
    fileprivate init(framing message: some SwiftProtobuf.Message) throws {
        let bytes: [UInt8] = try message.serializedBytes()
        self.init()
        reserveCapacity(bytes.count + 5)
        writeInteger(UInt8(0))
        writeInteger(UInt32(bytes.count))
        writeBytes(bytes)
    }
}

/// The status of a call, as its trailing headers carry it.
enum GRPCStatus {
    /// The trailing headers of success (nil) or of a failure. The message is percent-encoded.
    static func trailers(_ error: PlatformError?) -> HTTPFields {
        var fields: HTTPFields = [:]
        fields[HTTPField.Name("grpc-status") ?? .eTag] = "\(error.map(number) ?? 0)"
        if let error {
            let message = error.description.addingPercentEncoding(withAllowedCharacters: .grpcMessage)
            fields[HTTPField.Name("grpc-message") ?? .eTag] = message
        }
        return fields
    }

    /// The status code of an error (google.rpc.Code).
    static func number(_ error: PlatformError) -> Int {
        switch error.code.name {
        case "deadline_exceeded": return 4
        case "route_not_found": return 12
        default: break
        }
        return switch error.code.kind {
        case .invalidArgument: 3
        case .notFound: 5
        case .conflict: 10
        case .permissionDenied: 7
        case .tooLarge, .resourceExhausted, .throttled: 8
        case .failedPrecondition: 9
        case .internal: 13
        case .unavailable: 14
        case .dataLoss: 15
        case .unauthenticated: 16
        }
    }
}

extension CharacterSet {
    /// What stands in `grpc-message` as it is: printable ASCII without the percent sign.
    fileprivate static let grpcMessage = CharacterSet(charactersIn: " "..."~").subtracting(
        CharacterSet(charactersIn: "%")
    )
}
