import Primitives
import Registry
import Storage
import TestSupport
import Testing

@Suite struct ModelGateTests {
    private let database: any DatabaseEngine
    private let registry: RegistryStore

    init() async throws {
        database = try TestDatabase.make()
        registry = RegistryStore(database: database, time: TestClock.fixed, identifiers: TestIdentifiers.counting())
        _ = try await registry.create(name: "m", description: nil, tags: [], actor: "me")
        for _ in 0..<2 { _ = try await registry.createVersion(of: "m", .init(source: "s3://b/m"), actor: "me") }
    }

    private func code(of body: () async throws -> some Sendable) async -> String? {
        do {
            _ = try await body()
            return nil
        } catch let error as PlatformError {
            return error.code.name
        } catch {
            return "\(error)"
        }
    }

    private func attest(_ kind: String, _ passed: Bool, _ version: Int64 = 1) async throws {
        _ = try await registry.attest("m", version, kind: kind, passed: passed, reasons: [], actor: "ci")
    }

    @Test func `An alias is given only to a version whose newest attestation of each kind passed`() async throws {
        try await registry.set(gate: "champion", of: "m", requires: ["tests", "scan"], actor: "me")
        func move() async -> String? {
            await code { try await registry.move(alias: "champion", of: "m", to: 1, actor: "me") }
        }
        #expect(await move() == "gate_not_passed")
        try await attest("tests", true)
        try await attest("scan", true, 2)
        #expect(await move() == "gate_not_passed")
        try await attest("scan", false)
        #expect(await move() == "gate_not_passed")
        #expect(try await registry.model("m").aliases.isEmpty)
        try await attest("scan", true)
        #expect(await move() == nil)
        #expect(
            await code { try await registry.move(alias: "champion", of: "m", to: 2, actor: "me") } == "gate_not_passed"
        )
        #expect(try await registry.version("m", alias: "champion").version == 1)
        #expect(await code { try await registry.move(alias: "shadow", of: "m", to: 2, actor: "me") } == nil)
    }

    @Test func `A stage has a gate too, and an empty list removes it`() async throws {
        try await registry.set(gate: "Production", of: "m", requires: ["approval"], actor: "me")
        #expect(try await registry.gates(of: "m").map(\.requires) == [["approval"]])
        func promote() async -> String? {
            await code { try await registry.move("m", 1, to: .production, archive: false, actor: "me") }
        }
        #expect(await promote() == "gate_not_passed")
        try await registry.set(gate: "Production", of: "m", requires: [], actor: "me")
        #expect(try await registry.gates(of: "m").isEmpty)
        #expect(await promote() == nil)
        let kinds = try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: "registry.gate")
        #expect(kinds.map { $0.event.body["requires"] } == [["approval"], []])
    }

    @Test func `A renamed model keeps its gates`() async throws {
        try await registry.set(gate: "champion", of: "m", requires: ["tests"], actor: "me")
        _ = try await registry.rename("m", to: "n", actor: "me")
        #expect(try await registry.gates(of: "n").map(\.target) == ["champion"])
        #expect(
            await code { try await registry.move(alias: "champion", of: "n", to: 1, actor: "me") } == "gate_not_passed"
        )
    }

    @Test func `Every change of the registry is a journal event that says what changed`() async throws {
        _ = try await registry.describe("m", "words", actor: "me")
        try await registry.set(tag: ModelTag("k", "v"), model: "m", actor: "me")
        try await registry.delete(tag: "k", model: "m", actor: "me")
        try await registry.delete(tag: "k", model: "m", actor: "me")
        try await registry.set(tag: ModelTag("k", String(repeating: "x", count: 5000)), "m", 1, actor: "me")
        try await registry.delete(tag: "k", "m", 1, actor: "me")
        let events = try await Journal(database: database).entries(after: 3, limit: 100).map(\.event)
        #expect(
            events.map(\.kind) == [
                "registry.model.described", "registry.model.tagged", "registry.model.untagged",
                "registry.version.tagged",
                "registry.version.untagged",
            ]
        )
        #expect(events[1].body == ["name": "m", "key": "k", "value": "v"])
        #expect(events[3].body["value"]?["bytes"] == 5000)
        #expect(events[4].body == ["name": "m", "version": 1, "key": "k"])
    }

    @Test func `What a version consisted of is kept with it`() async throws {
        let content = VersionContent(tree: Digest.sha256(of: .init("tree".utf8)), files: 3, bytes: 9)
        let made = try await registry.createVersion(of: "m", .init(source: "s", content: content), actor: "me")
        #expect(try await registry.content("m", made.version) == content)
        #expect(try await registry.content("m", 1) == nil)
        #expect(try await registry.contentTrees() == [content.tree])
    }
}
