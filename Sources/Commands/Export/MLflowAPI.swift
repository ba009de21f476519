import Client
import Foundation
import Primitives
import WireAPI

/// Calls of MLflow's API: a body in, a reply out.
struct MLflowAPI: Sendable {
    let client: AkuClient

    /// Sends a JSON body; nulls are left out.
    func send<Reply: Decodable>(
        _ path: String,
        _ body: [String: JSONValue],
        patch: Bool = false
    ) async throws -> Reply {
        let data = try await client.sendRaw(
            patch ? .patch : .post,
            path: "/api/2.0/mlflow/\(path)",
            contentType: "application/json",
            body: CanonicalJSON.encode(JSONValue.object(body.filter { $0.value != .null }))
        )
        return try MLflowReplies.decode(Reply.self, from: data)
    }

    /// Sends a JSON body whose reply says nothing more.
    func tell(_ path: String, _ body: [String: JSONValue], patch: Bool = false) async throws {
        let _: JSONValue = try await send(path, body, patch: patch)
    }

    /// Asks with a query.
    func get<Reply: Decodable>(_ path: String, _ query: [String: String?]) async throws -> Reply {
        let data = try await client.sendRaw(.get, path: "/api/2.0/mlflow/\(path)", query: query)
        return try MLflowReplies.decode(Reply.self, from: data)
    }

    /// The files directly in a folder of proxied artifacts.
    func artifacts(in folder: String) async throws -> [MLflowReplies.Artifacts.File] {
        let data = try await client.sendRaw(.get, path: Self.artifactRoot, query: ["path": folder])
        return try MLflowReplies.decode(MLflowReplies.Artifacts.self, from: data).files ?? []
    }

    /// Where a proxied artifact is.
    static func path(ofArtifact path: String) -> String {
        artifactRoot + "/" + path.split(separator: "/").map { escape(String($0)) }.joined(separator: "/")
    }

    private static let artifactRoot = "/api/2.0/mlflow-artifacts/artifacts"

    static func escape(_ segment: String) -> String {
        segment.addingPercentEncoding(withAllowedCharacters: unreserved) ?? segment
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}
