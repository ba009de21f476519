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

/// The evaluation resources through their routes: bodies, queries, statuses.
struct EvaluationRoutesTests {
    private static let base = "/api/3.0/mlflow"

    /// One request of a story and what it answers.
    private struct Step {
        let method: HTTPRequest.Method
        let path: String
        let body: String?
        let status: Int
        let holds: String

        init(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ status: Int, _ holds: String) {
            self.method = method
            self.path = path
            self.body = body
            self.status = status
            self.holds = holds
        }
    }

    /// Runs steps one after another; `ID` in a path or body is the last identifier of that name that a reply held.
    private func run(_ steps: [Step], identifier: String) async throws {
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
            var id = ""
            for step in steps {
                let reply = try await client.execute(
                    uri: "\(Self.base)/\(step.path.replacing("ID", with: id))",
                    method: step.method,
                    headers: step.body == nil ? [:] : [.contentType: "application/json"],
                    body: step.body.map { ByteBuffer(string: $0.replacing("ID", with: id)) }
                )
                let text = String(buffer: reply.body)
                #expect(reply.status.code == step.status, "\(step.method) \(step.path): \(text)")
                #expect(text.contains(step.holds), "\(step.method) \(step.path): \(text)")
                #expect(!text.contains("hidden-value"))
                if let match = text.firstMatch(
                    of: try Regex("\"\(identifier)\":\"([^\"]+)\"", as: (Substring, Substring).self)
                ) {
                    id = String(match.1)
                }
            }
        }
        withExtendedLifetime(folder) {}
    }

    @Test func `A data set is made, filled, paged, searched and deleted`() async throws {
        try await run(
            [
                Step(.post, "datasets/create", "{}", 400, "Missing value for required parameter 'name'"),
                Step(.post, "datasets/create", "{\"name\": 5}", 400, "for parameter 'name' supplied"),
                Step(
                    .post,
                    "datasets/create",
                    "{\"name\": \"c\", \"experiment_ids\": [\"0\"], \"tags\": \"{\\\"a\\\": \\\"b\\\"}\"}",
                    200,
                    "\"experiment_ids\":[\"0\"]"
                ),
                Step(
                    .post,
                    "datasets/ID/records",
                    "{\"records\": \"[{\\\"inputs\\\": {\\\"q\\\": 1.0}}, {\\\"inputs\\\": {\\\"q\\\": 2}}]\"}",
                    200,
                    "{\"inserted_count\":2,\"updated_count\":0}"
                ),
                Step(.get, "datasets/ID/records?max_results=1", nil, 200, "\"next_page_token\""),
                Step(.get, "datasets/ID/records?max_results=10", nil, 200, "{\\\"q\\\": 1.0}"),
                Step(.get, "datasets/ID/experiment-ids", nil, 200, "{\"experiment_ids\":[\"0\"]}"),
                Step(.post, "datasets/search", "{\"filter_string\": \"tags.a = 'b'\"}", 200, "num_records"),
                Step(.get, "datasets/search?filter_string=x+%3D+1", nil, 400, "Invalid attribute key 'x'"),
                Step(
                    .delete,
                    "datasets/ID/records",
                    "{\"dataset_record_ids\": [\"dr-x\"]}",
                    200,
                    "{\"deleted_count\":0}"
                ),
                Step(.delete, "datasets/ID/tags/a", nil, 200, "{}"),
                Step(.delete, "datasets/ID", nil, 200, "{}"),
                Step(.get, "datasets/ID", nil, 404, "RESOURCE_DOES_NOT_EXIST"),
            ],
            identifier: "dataset_id"
        )
    }

    @Test func `No reply holds a secret's value, not even one that refuses it`() async throws {
        try await run(
            [
                Step(.post, "gateway/secrets/create", "{\"secret_name\": \"k\"}", 400, "'secret_value'"),
                Step(
                    .post,
                    "gateway/secrets/create",
                    "{\"secret_name\": \"k\", \"secret_value\": \"hidden-value\"}",
                    400,
                    "'secret_value' must be a JSON object"
                ),
                Step(
                    .post,
                    "gateway/secrets/create",
                    "{\"secret_name\": \"k\", \"secret_value\": {\"api_key\": \"hidden-value\"}}",
                    200,
                    "\"masked_values\":{\"api_key\":\"hid...alue\"}"
                ),
                Step(.get, "gateway/secrets/get?secret_id=ID", nil, 200, "hid...alue"),
                Step(.get, "gateway/secrets/get", nil, 400, "Exactly one of"),
                Step(.get, "gateway/secrets/list", nil, 200, "hid...alue"),
                Step(.delete, "gateway/secrets/delete", "{\"secret_id\": \"ID\"}", 200, "{}"),
                Step(.delete, "gateway/secrets/delete?secret_id=ID", nil, 404, "GatewaySecret not found"),
            ],
            identifier: "secret_id"
        )
    }

    @Test func `Protobuf enums are read by name and by number`() async throws {
        let input = "\"input\": {\"numeric\": {\"min_value\": 0, \"max_value\": 1.5}}"
        try await run(
            [
                Step(
                    .post,
                    "label-schemas/create",
                    "{\"experiment_id\": \"0\", \"name\": \"q\", \"type\": 2, \(input)}",
                    200,
                    "\"type\":\"EXPECTATION\""
                ),
                Step(
                    .get,
                    "label-schemas/get?schema_id=ID",
                    nil,
                    200,
                    "\"numeric\":{\"min_value\":0.0,\"max_value\":1.5}"
                ),
                Step(
                    .post,
                    "label-schemas/create",
                    "{\"experiment_id\": \"0\", \"name\": \"r\", \(input)}",
                    400,
                    "must be one of FEEDBACK or EXPECTATION"
                ),
                Step(
                    .get,
                    "label-schemas/list?experiment_id=0&max_results=0",
                    nil,
                    400,
                    "max_results must be between 1"
                ),
            ],
            identifier: "schema_id"
        )
    }

    @Test func `What the server does not do is refused as MLflow refuses it when it is off`() async throws {
        try await run(
            [
                Step(.get, "workspaces", nil, 503, "without workspaces support"),
                Step(.patch, "workspaces/a", "{}", 503, "without workspaces support"),
                Step(.post, "prompt-optimization/jobs", "{}", 400, "FEATURE_DISABLED"),
                Step(.get, "prompt-optimization/jobs/search?experiment_id=0", nil, 200, "{}"),
                Step(.get, "prompt-optimization/jobs/j", nil, 404, "Job with ID j not found"),
            ],
            identifier: "job_id"
        )
    }
}
