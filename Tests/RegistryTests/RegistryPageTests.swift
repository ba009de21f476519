import Primitives
import Registry
import TestSupport
import Testing

@Suite struct RegistryPageTests {
    private let registry: RegistryStore

    init() throws {
        registry = RegistryStore(database: try TestDatabase.make(), time: TestClock.fixed)
    }

    private func model(_ name: String, versions: Int = 0) async throws {
        _ = try await registry.create(name: name, description: nil, tags: [], actor: "me")
        for _ in 0..<versions { _ = try await registry.createVersion(of: name, .init(source: "s3://b"), actor: "me") }
    }

    @Test(arguments: [[], ["name DESC"], ["last_updated_timestamp DESC"], ["timestamp ASC", "name DESC"]])
    func `Pages of models join to the whole list in every order`(_ order: [String]) async throws {
        for index in 0..<7 { try await model("m\(index)") }
        let whole = try await registry.searchModels(filter: nil, order: order, maximum: 100, token: nil)
        #expect(whole.nextToken == nil)
        var names: [String] = []
        var token: String?
        repeat {
            let page = try await registry.searchModels(filter: nil, order: order, maximum: 3, token: token)
            names += page.elements.map(\.name)
            token = page.nextToken
        } while token != nil
        #expect(names == whole.elements.map(\.name))
        #expect(names.count == 7)
    }

    @Test func `Pages of versions join to the whole list, and a row that appears in between moves no other`()
        async throws
    {
        try await model("a", versions: 3)
        try await model("b", versions: 3)
        let first = try await registry.searchVersions(filter: nil, order: ["name ASC"], maximum: 2, token: nil)
        try await model("Z", versions: 1)
        try await registry.deleteVersion("a", 3, actor: "me")
        let second = try await registry.searchVersions(
            filter: nil,
            order: ["name ASC"],
            maximum: 10,
            token: first.nextToken
        )
        let keys = (first.elements + second.elements).map { "\($0.model)\($0.version)" }
        #expect(keys == ["a3", "a2", "a1", "b3", "b2", "b1"])
        #expect(second.nextToken == nil)
    }

    @Test(arguments: ["%%%", "e30=", "bm90IGpzb24="])
    func `A token that is none is refused`(_ token: String) async throws {
        await #expect(throws: PlatformError.self) {
            try await registry.searchModels(filter: nil, order: [], maximum: 1, token: token)
        }
    }

    @Test func `A token of another order is refused`() async throws {
        for name in ["a", "b"] { try await model(name) }
        let page = try await registry.searchModels(filter: nil, order: [], maximum: 1, token: nil)
        await #expect(throws: PlatformError.self) {
            try await registry.searchModels(filter: nil, order: ["name DESC"], maximum: 1, token: page.nextToken)
        }
    }

    @Test func `The alias latest is the newest version`() async throws {
        try await model("a", versions: 2)
        #expect(try await registry.version("a", alias: "LATEST").version == 2)
    }

    @Test(arguments: [
        (true, true, "Prompt (name=x) already exists."), (false, false, "Registered Model (name=x) already exists."),
        (
            true, false,
            "Tried to create a registered model with name 'x', but the name is already taken by a prompt. MLflow does not "
                + "allow creating a model and a prompt with the same name."
        ),
    ])
    func `A taken name says whether a prompt or a model has it`(_ old: Bool, _ new: Bool, _ message: String)
        async throws
    {
        func make(_ prompt: Bool) async throws {
            let tags = prompt ? [ModelTag("mlflow.prompt.is_prompt", "true")] : []
            _ = try await registry.create(name: "x", description: nil, tags: tags, actor: "me")
        }
        try await make(old)
        let error = await #expect(throws: PlatformError.self) { try await make(new) }
        #expect(error?.message == message)
    }
}
