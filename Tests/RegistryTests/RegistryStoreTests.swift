import Foundation
import Primitives
import Registry
import Storage
import TestSupport
import Testing

@Suite struct RegistryStoreTests {
    private let database: any DatabaseEngine
    private let registry: RegistryStore

    init() throws {
        database = try TestDatabase.make()
        registry = RegistryStore(database: database, time: TestClock.fixed, identifiers: TestIdentifiers.counting())
    }

    private func seal(_ text: String) -> PackageSeal {
        PackageSeal(
            package: Digest.sha256(of: Data(text.utf8)),
            manifest: Digest.sha256(of: Data("manifest \(text)".utf8)),
            signature: "c2ln",
            keyID: "ed25519:00"
        )
    }

    private func register(_ text: String, as name: String = "intent") async throws -> ModelVersion {
        try await registry.register(
            seal(text),
            as: name,
            mlflowRun: "run",
            pipelineRun: "p1",
            pipelineTask: "register",
            tags: [ModelTag("k", "v")],
            actor: "me"
        )
    }

    private func kinds() async throws -> [String] {
        try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: nil, subject: nil).map(
            \.event.kind
        )
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

    @Test func `The same package again is the same version, and the journal says it once`() async throws {
        let first = try await register("one")
        let again = try await register("one")
        let other = try await register("two")
        #expect(first == again)
        #expect(first.version == 1)
        #expect(other.version == 2)
        #expect(first.seal == seal("one"))
        #expect(first.storageLocation == "mlflow-artifacts:/packages/\(seal("one").package.hex)")
        #expect(first.pipelineRun == "p1")
        #expect(
            try await kinds() == ["registry.model.created", "registry.version.created", "registry.version.created"]
        )
        #expect(try await register("one", as: "other").version == 1)
    }

    @Test func `Twenty registrations of one package at once make one version`() async throws {
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<20 { group.addTask { try await register("one").version } }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(numbers == [1])
        #expect(try await registry.versions(of: "intent").count == 1)
    }

    @Test func `A deleted version's number is not given again`() async throws {
        _ = try await register("one")
        _ = try await register("two")
        try await registry.deleteVersion("intent", 2, actor: "me")
        #expect(await code { try await registry.version("intent", 2) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await register("two").version == 3)
    }

    @Test func `An alias moves only from where it is expected`() async throws {
        for text in ["one", "two", "three"] { _ = try await register(text) }
        func move(_ version: Int64, _ expected: ExpectedVersion) async throws -> Int64? {
            try await registry.move(alias: "champion", of: "intent", to: version, expecting: expected, actor: "me")
        }
        #expect(await code { try await move(1, .version(2)) } == "alias_moved")
        #expect(try await move(1, .absent) == nil)
        #expect(await code { try await move(2, .absent) } == "alias_moved")
        #expect(try await move(2, .version(1)) == 1)
        #expect(await code { try await move(3, .version(1)) } == "alias_moved")
        #expect(await code { try await move(9, .any) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await registry.version("intent", alias: "champion").version == 2)
        #expect(try await kinds().filter { $0 == "registry.alias.moved" }.count == 2)
    }

    @Test func `Of many who move an alias at once from the same place, one wins`() async throws {
        for text in ["one", "two", "three"] { _ = try await register(text) }
        try await registry.move(alias: "champion", of: "intent", to: 1, actor: "me")
        let wins = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<16 {
                group.addTask {
                    let to = Int64(2 + index % 2)
                    let result = try? await registry.move(
                        alias: "champion",
                        of: "intent",
                        to: to,
                        expecting: .version(1),
                        actor: "racer"
                    )
                    return result != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
    }

    @Test(arguments: ["", "latest", "LATEST", "v1", "V22", "a b", "a/b", String(repeating: "a", count: 256)])
    func `A reserved or malformed alias is refused`(_ alias: String) async throws {
        _ = try await register("one")
        #expect(
            await code { try await registry.move(alias: alias, of: "intent", to: 1, actor: "me") }
                == "INVALID_PARAMETER_VALUE"
        )
    }

    @Test func `A version that an endpoint serves cannot be deleted`() async throws {
        _ = try await register("one")
        try await registry.deployed("intent", 1, on: "web", actor: "me")
        #expect(await code { try await registry.deleteVersion("intent", 1, actor: "me") } == "version_deployed")
        #expect(await code { try await registry.delete(model: "intent", actor: "me") } == "version_deployed")
        #expect(try await registry.deployments(of: "intent").map(\.endpoint) == ["web"])
        try await registry.undeployed(endpoint: "web", actor: "me")
        try await registry.delete(model: "intent", actor: "me")
        #expect(await code { try await registry.model("intent") } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test func `Attestations are kept in order, and a refusal changes nothing but the journal`() async throws {
        _ = try await register("one")
        for (passed, reason) in [(false, "too weak"), (true, "good")] {
            _ = try await registry.attest("intent", 1, kind: "gate", passed: passed, reasons: [reason], actor: "gate")
        }
        try await registry.refusePromotion("intent", 1, reasons: ["no"], actor: "me")
        let found = try await registry.attestations("intent", 1)
        #expect(found.map(\.passed) == [false, true])
        #expect(found.map(\.reasons) == [["too weak"], ["good"]])
        #expect(try await registry.model("intent").aliases == [])
        #expect(try await kinds().last == "registry.promotion.refused")
    }

    @Test func `Renaming a model takes versions, aliases, tags and deployments along`() async throws {
        _ = try await register("one")
        try await registry.move(alias: "champion", of: "intent", to: 1, actor: "me")
        try await registry.deployed("intent", 1, on: "web", actor: "me")
        _ = try await registry.rename("intent", to: "intents", actor: "me")
        #expect(try await registry.version("intents", alias: "champion").tags == [ModelTag("k", "v")])
        #expect(try await registry.deployments(of: "intents").count == 1)
        #expect(try await register("one", as: "intents").version == 1)
    }

    @Test func `Archiving moves the others of a stage away`() async throws {
        for text in ["one", "two"] { _ = try await register(text) }
        _ = try await registry.move("intent", 1, to: .production, archive: false, actor: "me")
        _ = try await registry.move("intent", 2, to: .production, archive: true, actor: "me")
        #expect(try await registry.version("intent", 1).stage == "Archived")
        #expect(try await registry.model("intent").latestVersions.map(\.version) == [1, 2])
        #expect(
            await code { try await registry.move("intent", 1, to: .archived, archive: true, actor: "me") }
                == "INVALID_PARAMETER_VALUE"
        )
    }
}
