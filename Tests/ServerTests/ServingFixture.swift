import Client
import Foundation
import Hummingbird
import HummingbirdTesting
import Inference
import Logging
import Monitoring
import NIOCore
import Primitives
import Server
import Storage
import TestSupport
import WireAPI

/// A whole server with the small ONNX classifier of Tests/Fixtures/Inference deployed as the endpoint `intent`.
struct ServingFixture: Sendable {
    let client: any TestClientProtocol
    let platform: Platform
    let aku: AkuClient
    let folder: TemporaryFolder

    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    private static let python = repository + "/.venv/bin/python"

    /// Starts the server on a real port, deploys version 1 and calls `body`.
    static func run(_ body: @Sendable @escaping (ServingFixture) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let configuration = try ServerConfiguration(
            dataFolder: folder.path + "/data",
            pythonPath: python,
            executablePath: "/nonexistent/aku"
        )
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let platform = try await buildPlatform(configuration, logger: logger)
        try await Application(responder: platform.responder, logger: logger).test(.live) { client in
            let port = client.port ?? 0
            let aku = AkuClient(baseURL: "http://127.0.0.1:\(port)", token: nil, timeoutSeconds: 120)
            let fixture = ServingFixture(client: client, platform: platform, aku: aku, folder: folder)
            try await fixture.register("model.fp32.onnx")
            _ = try await fixture.deploy(1)
            try await body(fixture)
        }
        withExtendedLifetime(folder) {}
    }

    private static func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(repository)/Tests/Fixtures/Inference/\(name)"))
    }

    private static func rows(_ name: String) throws -> [LabelledText] {
        struct Row: Decodable {
            let text: String
            let intent: String
            let language: String
        }
        return try data(name).split(separator: 10).map { line in
            let row = try JSONDecoder().decode(Row.self, from: Data(line))
            return LabelledText(text: row.text, label: row.intent, language: row.language)
        }
    }

    /// Packages a model, uploads it and registers it as the next version of `intent`.
    @discardableResult
    func register(_ model: String) async throws -> Int64 {
        let runtime = try OnnxRuntime(.search(python: Self.python, environment: ProcessInfo.processInfo.environment))
        let builder = PackageBuilder(
            runtime: runtime,
            hash: { Digest.sha256(of: $0) },
            profile: { try CanonicalJSON.encode(ReferenceProfile.build(from: $0)) },
            threads: 1
        )
        let input = PackageBuilder.Input(
            name: "intent",
            tokenizer: try Self.data("tokenizer.json"),
            maximumLength: 64,
            labels: ["TurnOn", "TurnOff", "Weather"],
            variants: ["fp32": try Self.data(model)],
            defaultVariant: "fp32",
            test: try Self.rows("test.jsonl"),
            reference: try Self.rows("reference.jsonl"),
            originalAccuracy: 1,
            maximumDrop: 0.01,
            provenance: [:]
        )
        let path = folder.path("package-\(model)")
        _ = try await builder.build(input, into: path) { _, _, _ in }
        let (digest, _) = try await aku.uploadTree(directory: path)
        let reply = try await aku.send(
            ModelsAPI.register,
            parameters: ["name": "intent"],
            body: RegisterVersionBody(packageDigest: digest)
        )
        return reply.version.version
    }

    /// Makes the endpoint `intent` serve a version.
    func deploy(_ version: Int64) async throws -> DeployReply {
        try await aku.send(
            ServingAPI.deploy,
            parameters: ["name": "intent"],
            body: DeployBody(model: "intent/\(version)")
        )
    }

    /// Posts a body and returns status and decoded JSON.
    func post(_ path: String, _ body: String, headers: HTTPFields = [:]) async throws -> (status: Int, json: JSONValue)
    {
        try await post(path, bytes: Array(body.utf8), headers: headers)
    }

    /// Posts bytes and returns status and decoded JSON.
    func post(_ path: String, bytes: [UInt8], headers: HTTPFields = [:]) async throws -> (status: Int, json: JSONValue)
    {
        let reply = try await client.execute(uri: path, method: .post, headers: headers, body: ByteBuffer(bytes: bytes))
        let data = Data(reply.body.readableBytesView)
        let json = (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null
        return (Int(reply.status.code), json)
    }

    /// Gets a path and returns status and decoded JSON.
    func get(_ path: String) async throws -> (status: Int, json: JSONValue) {
        let reply = try await client.execute(uri: path, method: .get)
        let data = Data(reply.body.readableBytesView)
        return (Int(reply.status.code), (try? JSONDecoder().decode(JSONValue.self, from: data)) ?? .null)
    }
}
