import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives
import Server
import TestSupport
import Testing

/// Spans from OpenTelemetry's exporters, good and bad.
struct OpenTelemetryRoutesTests {
    private static let trace = "0102030405060708090a0b0c0d0e0f10"
    private static let span =
        #"{"traceId": "\#(trace)", "spanId": "0102030405060708", "name": "root", "startTimeUnixNano": "1000000000", "endTimeUnixNano": "3000000000", "attributes": [{"key": "n", "value": {"intValue": "7"}}]}"#

    private static func body(_ span: String) -> String {
        #"{"resourceSpans": [{"scopeSpans": [{"spans": [\#(span)]}]}]}"#
    }

    private func withServer(_ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let configuration = try ServerConfiguration(
            dataFolder: folder.path + "/data",
            port: 8470,
            executablePath: "/nonexistent/aku"
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let platform = try await buildPlatform(configuration, logger: logger)
        try await Application(responder: platform.responder, logger: logger).test(.router) { client in
            try await body(client)
        }
        withExtendedLifetime(folder) {}
    }

    private func export(
        _ client: any TestClientProtocol,
        _ body: Data,
        type: String? = "application/json",
        experiment: String? = "0",
        encoding: String? = nil
    ) async throws -> (status: Int, text: String) {
        var headers: HTTPFields = [:]
        headers[.contentType] = type
        headers[.contentEncoding] = encoding
        if let experiment, let name = HTTPField.Name("x-mlflow-experiment-id") { headers[name] = experiment }
        let reply = try await client.execute(
            uri: "/v1/traces",
            method: .post,
            headers: headers,
            body: ByteBuffer(bytes: body)
        )
        return (reply.status.code, String(buffer: reply.body))
    }

    private func isThere(_ client: any TestClientProtocol) async throws -> Bool {
        let reply = try await client.execute(uri: "/api/3.0/mlflow/traces/tr-\(Self.trace)", method: .get)
        return reply.status == .ok
    }

    @Test func `A span makes a trace that clients read back`() async throws {
        try await withServer { client in
            let answer = try await export(client, Data(Self.body(Self.span).utf8))
            #expect(answer.status == 200, "\(answer.text)")
            let reply = try await client.execute(
                uri: "/api/3.0/mlflow/traces/get?trace_id=tr-\(Self.trace)&allow_partial=true",
                method: .get
            )
            let text = String(buffer: reply.body)
            #expect(text.contains(#""name":"root""#), "\(text)")
            #expect(text.contains(#"{"key":"n","value":{"int_value":7}}"#), "\(text)")
        }
    }

    @Test(arguments: [
        "{", "[]", "{}", #"{"resourceSpans": 5}"#, #"{"resourceSpans": [{"scopeSpans": [{"spans": 5}]}]}"#,
        body(#"{"name": "no ids"}"#), body(#"{"traceId": "xyz", "spanId": "0102030405060708", "name": "x"}"#),
        body(#"{"traceId": "0102030405060708090a0b0c0d0e0f1011", "spanId": "0102030405060708", "name": "x"}"#),
        body(span.replacingOccurrences(of: "\"1000000000\"", with: "\"soon\"")),
        body(span.replacingOccurrences(of: "\"root\"", with: "5")),
        // One good span beside a bad one: the request is kept whole or not at all.
        body(span + #", {"name": "no ids"}"#), String(repeating: "[", count: 100_000),
    ])
    func `JSON that is no export request is refused whole`(_ text: String) async throws {
        try await withServer { client in
            let answer = try await export(client, Data(text.utf8))
            #expect([400, 422].contains(answer.status), "\(answer.status) \(answer.text.prefix(300))")
            let isKept = try await isThere(client)
            #expect(!isKept)
        }
    }

    /// An `ExportTraceServiceRequest` with the span above, without its attribute.
    private static let binary: [UInt8] = {
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        let id = (1...16).map(UInt8.init)
        let span = field(1, id) + field(2, Array(id.prefix(8))) + field(5, Array("root".utf8))
        return field(1, field(2, field(2, span)))
    }()

    @Test func `Protobuf is read, and one that is cut off anywhere changes nothing`() async throws {
        try await withServer { client in
            for end in 1..<Self.binary.count {
                let part = Data(Self.binary.prefix(end))
                let answer = try await export(client, part, type: "application/x-protobuf")
                #expect([400, 422].contains(answer.status), "\(end): \(answer.status) \(answer.text)")
            }
            let isKept = try await isThere(client)
            #expect(!isKept)
            let whole = try await export(client, Data(Self.binary), type: "application/x-protobuf")
            #expect(whole.status == 200, "\(whole.text)")
            let isRead = try await isThere(client)
            #expect(isRead)
        }
    }

    @Test func `The wrong content type, no experiment, an unknown one and broken compression are refused`()
        async throws
    {
        try await withServer { client in
            let good = Data(Self.body(Self.span).utf8)
            let answers = [
                try await export(client, good, type: "text/plain"), try await export(client, good, type: nil),
                try await export(client, good, type: "application/x-protobuf"),
                try await export(client, Data(), type: "application/x-protobuf"),
                try await export(client, good, experiment: nil), try await export(client, good, experiment: "4242"),
                try await export(client, good, experiment: "0; DROP TABLE trace"),
                try await export(client, good, encoding: "gzip"), try await export(client, good, encoding: "deflate"),
                try await export(client, good, encoding: "zstd"), try await export(client, good + Data([0xFF])),
            ]
            #expect(answers.map(\.status) == [400, 400, 400, 400, 422, 404, 400, 400, 400, 400, 400])
            let isKept = try await isThere(client)
            #expect(!isKept)
        }
    }

    @Test func `A body beyond its bound is refused`() async throws {
        try await withServer { client in
            let name = String(repeating: "x", count: 33 << 20)
            let large = Self.body(Self.span.replacingOccurrences(of: "\"root\"", with: "\"\(name)\""))
            let answer = try await export(client, Data(large.utf8))
            #expect(answer.status == 413, "\(answer.text.prefix(200))")
            let isKept = try await isThere(client)
            #expect(!isKept)
        }
    }
}
