import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Primitives
import Registry
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Server

/// The registry through its routes, and webhooks through a real receiver.
struct RegistryRoutesTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Scanning").path

    private func withPlatform(
        _ settings: RegistrySettings = RegistrySettings(),
        _ body: @Sendable @escaping (any TestClientProtocol, Platform) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        var configuration = try ServerConfiguration(
            dataFolder: folder.path + "/data",
            port: 8470,
            executablePath: "/nonexistent/aku"
        )
        configuration.registry = settings
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let platform = try await buildPlatform(configuration, logger: logger)
        try await platform.prepare()
        try await Application(responder: platform.responder, logger: logger).test(.router) { client in
            try await body(client, platform)
        }
        withExtendedLifetime(folder) {}
    }

    @discardableResult
    private func send(
        _ client: any TestClientProtocol,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSONValue? = nil,
        expecting status: HTTPResponse.Status = .ok
    ) async throws -> JSONValue {
        let reply = try await client.execute(
            uri: path,
            method: method,
            headers: [.contentType: "application/json"],
            body: try body.map { ByteBuffer(bytes: try CanonicalJSON.encode($0)) }
        )
        let text = String(buffer: reply.body)
        #expect(reply.status == status, "\(method) \(path): \(text)")
        return try CanonicalJSON.decode(JSONValue.self, from: Data(text.utf8))
    }

    private func put(_ client: any TestClientProtocol, _ fixture: String, at path: String) async throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.fixtures)/\(fixture)"))
        let reply = try await client.execute(
            uri: "/api/2.0/mlflow-artifacts/artifacts/\(path)",
            method: .put,
            body: ByteBuffer(bytes: data)
        )
        #expect(reply.status == .ok)
    }

    private static let mlflow = "/api/2.0/mlflow"

    @Test func `A registered model is scanned, keeps what it consisted of, and a gate asks for the scan`() async throws
    {
        try await withPlatform { client, _ in
            try await put(client, "good-sklearn.pkl", at: "9/good/artifacts/model/model.pkl")
            try await put(client, "bad-system-4.pkl", at: "9/bad/artifacts/model/model.pkl")
            try await send(client, .post, "\(Self.mlflow)/registered-models/create", ["name": "m"])
            for folder in ["bad", "good"] {
                try await send(
                    client,
                    .post,
                    "\(Self.mlflow)/model-versions/create",
                    ["name": "m", "source": .string("mlflow-artifacts:/9/\(folder)/artifacts/model")]
                )
            }
            try await send(client, .put, "/api/v1/models/m/gates/champion", ["requires": ["scan"]])
            let alias: JSONValue = ["name": "m", "alias": "champion", "version": "1"]
            let refusal = try await send(
                client,
                .post,
                "\(Self.mlflow)/registered-models/alias",
                alias,
                expecting: .conflict
            )
            #expect(refusal["message"]?.stringValue?.contains("gate_not_passed") == true)
            try await send(
                client,
                .post,
                "\(Self.mlflow)/registered-models/alias",
                ["name": "m", "alias": "champion", "version": "2"]
            )
            let bad = try await send(client, .get, "/api/v1/models/m/versions/1")
            #expect(bad["attestations"]?.arrayValue?.first?["passed"] == false)
            #expect(bad["attestations"]?.arrayValue?.first?["reasons"] == ["model.pkl: pickle_dangerous posix.system"])
            let lineage = try await send(client, .get, "/api/v1/models/m/versions/2/lineage")
            #expect(lineage["nodes"]?.arrayValue?.map { $0["kind"] } == ["version", "files"])
        }
    }

    @Test func `A server that refuses dangerous models registers none`() async throws {
        var settings = RegistrySettings()
        settings.modelScan = .refuse
        try await withPlatform(settings) { client, _ in
            try await put(client, "bad-torch.pt", at: "9/bad/artifacts/model/model.pt")
            try await send(client, .post, "\(Self.mlflow)/registered-models/create", ["name": "m"])
            let refusal = try await send(
                client,
                .post,
                "\(Self.mlflow)/model-versions/create",
                ["name": "m", "source": "mlflow-artifacts:/9/bad/artifacts/model"],
                expecting: .conflict
            )
            #expect(refusal["message"]?.stringValue?.contains("model_scan_refused") == true)
            let found = try await send(client, .get, "\(Self.mlflow)/model-versions/search")
            #expect(found == [:])
        }
    }

    @Test(arguments: [
        "/etc/passwd", "file:///etc/passwd", "mlflow-artifacts:/../../etc", "mlflow-artifacts:/a/%2e%2e/b",
        "s3://b/%252e%252e/x", "models:/none/1/2", "http://h/api/2.0/mlflow-artifacts/artifacts/../x", "../x",
        "runs/..",
    ])
    func `A source that climbs or names this machine's files is refused`(_ source: String) async throws {
        try await withPlatform { client, _ in
            try await send(client, .post, "\(Self.mlflow)/registered-models/create", ["name": "m"])
            try await send(
                client,
                .post,
                "\(Self.mlflow)/model-versions/create",
                ["name": "m", "source": .string(source)],
                expecting: .badRequest
            )
        }
    }

    /// What a receiver got.
    private final class Received: Sendable {
        private let calls = Mutex<[(HTTPFields, String)]>([])
        var all: [(HTTPFields, String)] { calls.withLock { $0 } }
        func add(_ headers: HTTPFields, _ body: String) -> Int {
            calls.withLock {
                $0.append((headers, body))
                return $0.count
            }
        }
    }

    @Test func `A change reaches the receiver signed, again after a 500, and the secret is never shown`() async throws {
        let received = Received()
        let router = Router()
        router.post("/hook") { request, _ in
            let buffer = try await request.body.collect(upTo: 1 << 20)
            return received.add(request.headers, String(buffer: buffer)) == 1
                ? HTTPResponse.Status.internalServerError : .ok
        }
        var settings = RegistrySettings()
        settings.webhooks.schemes = ["http"]
        settings.webhooks.allowsPrivateAddresses = true
        let chosen = settings
        try await Application(router: router).test(.live) { receiver in
            let url = "http://127.0.0.1:\(receiver.port ?? 0)/hook"
            try await withPlatform(chosen) { client, platform in
                let made = try await send(
                    client,
                    .post,
                    "\(Self.mlflow)/webhooks",
                    [
                        "name": "w", "url": .string(url), "secret": "hush",
                        "events": [["entity": "REGISTERED_MODEL", "action": "CREATED"]],
                    ]
                )
                #expect(made["webhook"]?["secret"] == nil)
                #expect(made["webhook"]?["status"] == "ACTIVE")
                let service = WebhookService(
                    database: platform.database,
                    store: WebhookStore(database: platform.database, seal: try .file(in: platform.folder.keys)),
                    policy: chosen.webhooks,
                    logger: Logger(label: "test")
                )
                let running = Task { try await service.run() }
                try await send(client, .post, "\(Self.mlflow)/registered-models/create", ["name": "m"])
                for _ in 0..<100 where received.all.count < 2 { try await Task.sleep(for: .milliseconds(100)) }
                running.cancel()
                let calls = received.all
                #expect(calls.count == 2)
                let ids = calls.map { $0.0[.init("X-MLflow-Delivery-Id")!] }
                #expect(ids.first == ids.last)
                let (headers, body) = try #require(calls.last)
                let signature = WebhookMessage.signature(
                    "hush",
                    headers[.init("X-MLflow-Delivery-Id")!] ?? "",
                    headers[.init("X-MLflow-Timestamp")!] ?? "",
                    body
                )
                #expect(headers[.init("X-MLflow-Signature")!] == signature)
                #expect(body.contains(#""data": {"name": "m", "tags": {}, "description": ""}"#))
                let journal = try await platform.journal.entries(after: 0, limit: 100)
                #expect(try journal.allSatisfy { try !CanonicalJSON.text($0.event).contains("hush") })
            }
        }
    }
}
