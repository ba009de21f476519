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

/// Traces through their routes: version 3 and before, OpenTelemetry's exporters, bad input.
struct TraceRoutesTests {
    private static let base = "/api/3.0/mlflow/traces"
    private static let id = "tr-00000000000000000000000000000001"

    private func withServer(
        authentication: AuthenticationMode = .none,
        _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let configuration = try ServerConfiguration(
            dataFolder: folder.path + "/data",
            port: 8470,
            authentication: authentication,
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

    @discardableResult
    private func send(
        _ client: any TestClientProtocol,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        headers: HTTPFields = [.contentType: "application/json"],
        expecting status: Int = 200,
        holding text: String = ""
    ) async throws -> String {
        let reply = try await client.execute(
            uri: path.hasPrefix("/") ? path : "\(Self.base)\(path.isEmpty ? "" : "/")\(path)",
            method: method,
            headers: body == nil ? [:] : headers,
            body: body.map { ByteBuffer(string: $0) }
        )
        let answer = String(buffer: reply.body)
        #expect(reply.status.code == status, "\(method) \(path): \(answer.prefix(500))")
        #expect(text.isEmpty || answer.contains(text), "\(method) \(path): \(answer.prefix(500))")
        return answer
    }

    private static func trace(_ id: String = id, more: String = "") -> String {
        """
        {"trace": {"trace_info": {"trace_id": "\(id)", "trace_location": {"type": "MLFLOW_EXPERIMENT",
        "mlflow_experiment": {"experiment_id": "0"}}, "request_time": "2025-01-02T03:04:05.678Z",
        "execution_duration": "1.5s", "state": "OK", "request_preview": "hello", "tags": {"a": "b"},
        "trace_metadata": {"k": "v"}\(more)}}}
        """
    }

    @Test func `A trace is made, read, found, tagged and deleted`() async throws {
        try await withServer { client in
            try await send(client, .post, "", Self.trace(), holding: "\"request_time\":\"2025-01-02T03:04:05.678Z\"")
            try await send(client, .get, Self.id, holding: "\"execution_duration\":\"1.500s\"")
            let search = #"{"locations": [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]"#
            try await send(client, .post, "search", search + #", "filter": "tag.a = 'b'"}"#, holding: Self.id)
            let none = try await send(client, .post, "search", search + #", "filter": "tag.a = 'c'"}"#)
            #expect(none == "{}")
            try await send(client, .patch, "\(Self.id)/tags", #"{"key": "note", "value": "é"}"#)
            try await send(client, .get, Self.id, holding: #""note":"é""#)
            try await send(client, .delete, "\(Self.id)/tags?key=note")
            let after = try await send(client, .get, Self.id)
            #expect(!after.contains("note"))
            let wanted = #"{"experiment_id": "0", "request_ids": ["\#(Self.id)"]}"#
            try await send(client, .post, "delete-traces", wanted, holding: #""traces_deleted":1"#)
            try await send(client, .get, Self.id, expecting: 404, holding: "RESOURCE_DOES_NOT_EXIST")
            try await send(client, .post, "delete-traces", wanted, holding: #""traces_deleted":0"#)
        }
    }

    @Test func `Pages follow one another, and a token of another order is refused`() async throws {
        try await withServer { client in
            for number in 1...5 { try await send(client, .post, "", Self.trace("tr-\(number)")) }
            func page(_ token: String, order: String = "timestamp_ms DESC", _ status: Int = 200) async throws
                -> JSONValue
            {
                let answer = try await send(
                    client,
                    .post,
                    "search",
                    """
                    {"locations": [{"mlflow_experiment": {"experiment_id": "0"}}], "max_results": 2,
                    "order_by": ["\(order)"], "page_token": "\(token)"}
                    """,
                    expecting: status
                )
                return try CanonicalJSON.decode(JSONValue.self, from: Data(answer.utf8))
            }
            var seen: [String] = []
            var token = ""
            repeat {
                let found = try await page(token)
                seen += found["traces"]?.arrayValue?.compactMap { $0["trace_id"]?.stringValue } ?? []
                token = found["next_page_token"]?.stringValue ?? ""
            } while !token.isEmpty
            #expect(seen == ["tr-1", "tr-2", "tr-3", "tr-4", "tr-5"])
            let first = try await page("")["next_page_token"]?.stringValue ?? ""
            _ = try await page(first, order: "execution_time_ms DESC", 400)
            for bad in ["x", "e30=", "eyJhZnRlciI6IFsidGEiXX0=", String(first.dropLast(4)) + "AAA="] {
                let refusal = try await page(bad, 400)
                #expect(refusal["error_code"] == "INVALID_PARAMETER_VALUE")
            }
        }
    }

    @Test func `What people say of a trace is kept, changed and taken back`() async throws {
        try await withServer { client in
            try await send(client, .post, "", Self.trace())
            let path = "\(Self.id)/assessments"
            let made = try await send(
                client,
                .post,
                path,
                #"{"assessment": {"assessment_name": "good", "source": {"source_type": "HUMAN", "source_id": "bo"}, "feedback": {"value": true}, "rationale": "it is"}}"#,
                holding: #""value":true"#
            )
            let id = try #require(
                CanonicalJSON.decode(JSONValue.self, from: Data(made.utf8))["assessment"]?["assessment_id"]?.stringValue
            )
            try await send(
                client,
                .patch,
                "\(path)/\(id)",
                #"{"assessment": {"feedback": {"value": 3}}, "update_mask": "feedback"}"#,
                holding: #""value":3.0"#
            )
            try await send(client, .get, "\(path)/\(id)", holding: #""rationale":"it is""#)
            try await send(client, .get, Self.id, holding: #""assessments":[{"#)
            try await send(client, .delete, "\(path)/\(id)")
            try await send(client, .get, "\(path)/\(id)", expecting: 404)
            for (body, text) in [
                (#"{}"#, "assessment"), (#"{"assessment": {}}"#, "Unknown assessment type"),
                (#"{"assessment": {"feedback": {"value": 1}}}"#, "assessment_name"),
                (#"{"assessment": {"assessment_name": 5, "feedback": {"value": 1}}}"#, "assessment_name"),
                (
                    #"{"assessment": {"assessment_name": "x", "feedback": {}, "source": {"source_type": "ORACLE"}}}"#,
                    "source type"
                ),
                (
                    #"{"assessment": {"assessment_name": "x", "expectation": {"serialized_value": {"serialization_format": "XML", "value": "<a/>"}}}}"#,
                    "JSON_FORMAT"
                ),
            ] {
                try await send(client, .post, path, body, expecting: 400, holding: text)
            }
            try await send(
                client,
                .post,
                "tr-none/assessments",
                #"{"assessment": {"assessment_name": "x", "feedback": {"value": 1}}}"#,
                expecting: 404
            )
        }
    }

    @Test(arguments: [
        ("", "{}", "trace"), ("", "[]", "not a JSON object"), ("", "{", "not a JSON object"),
        ("", #"{"trace": 5}"#, "trace"), ("", #"{"trace": {"trace_info": {"trace_id": "x"}}}"#, "trace_location"),
        ("", trace("tr-1", more: #", "tags": 5"#), "tags"), ("", trace("tr-1", more: #", "state": "MAYBE""#), "state"),
        ("", trace("tr-1", more: #", "execution_duration": "soon""#), "execution_duration"),
        ("", trace(String(repeating: "x", count: 5000)), "trace"),
        ("search", "{}", "locations"), ("search", #"{"locations": 5}"#, "locations"),
        ("search", #"{"locations": [{"mlflow_experiment": {"experiment_id": "0"}}], "max_results": 0}"#, "max_results"),
        (
            "search",
            #"{"locations": [{"mlflow_experiment": {"experiment_id": "0"}}], "filter": "tag.a = 'x'; DROP TABLE trace"}"#,
            ""
        ),
        ("search", #"{"locations": [{"mlflow_experiment": {"experiment_id": "0"}}], "filter": "nonsense.a = 1"}"#, ""),
        ("search", #"{"locations": [{"mlflow_experiment": {"experiment_id": "zero"}}]}"#, ""),
        ("delete-traces", #"{"experiment_id": "0"}"#, "must be specified"),
        ("delete-traces", #"{"experiment_id": "0", "request_ids": ["a"], "max_traces": 1}"#, "max_traces"),
        ("delete-traces", #"{"experiment_id": "0", "max_timestamp_millis": "soon"}"#, "max_timestamp_millis"),
        ("\(id)/assessments", String(repeating: "[", count: 100_000), "not a JSON object"),
    ])
    func `A malformed request is refused with MLflow's code and changes nothing`(
        _ path: String,
        _ body: String,
        _ text: String
    ) async throws {
        try await withServer { client in
            try await send(client, .post, "", Self.trace())
            try await send(client, .post, path, body, expecting: 400, holding: "INVALID_PARAMETER_VALUE")
            try await send(client, .post, path, body, expecting: 400, holding: text)
            let all = try await send(
                client,
                .post,
                "search",
                #"{"locations": [{"mlflow_experiment": {"experiment_id": "0"}}]}"#
            )
            #expect(all.components(separatedBy: "\"trace_id\"").count == 2)
        }
    }

    @Test func `A body in another content type, or that is no UTF-8, is refused`() async throws {
        try await withServer { client in
            try await send(client, .post, "", Self.trace(), headers: [.contentType: "text/plain"], expecting: 400)
            let bytes = Data(Self.trace().utf8) + Data([0xFF, 0xFE])
            let reply = try await client.execute(
                uri: Self.base,
                method: .post,
                headers: [.contentType: "application/json"],
                body: ByteBuffer(bytes: bytes)
            )
            #expect(reply.status == .badRequest)
            try await send(client, .get, Self.id, expecting: 404)
        }
    }

    @Test func `Without a token nothing of a trace is told or changed`() async throws {
        try await withServer(authentication: .token) { client in
            try await send(client, .post, "", Self.trace(), expecting: 401)
            try await send(client, .get, Self.id, expecting: 401)
            try await send(client, .post, "search", "{}", expecting: 401)
            try await send(client, .post, "delete-traces", "{}", expecting: 401)
            try await send(client, .patch, "\(Self.id)/tags", "{}", expecting: 401)
            try await send(client, .post, "\(Self.id)/assessments", "{}", expecting: 401)
            try await send(client, .post, "/v1/traces", "{}", expecting: 401)
            try await send(
                client,
                .get,
                "/ajax-api/3.0/mlflow/get-trace-artifact?request_id=\(Self.id)",
                expecting: 401
            )
        }
    }
}
