import Primitives
import Registry
import TestSupport
import Testing

@Suite struct RegistrySearchTests {
    private let registry: RegistryStore

    init() throws {
        registry = RegistryStore(database: try TestDatabase.make(), time: TestClock.fixed)
    }

    private func fill() async throws {
        for index in 0..<4 {
            _ = try await registry.create(
                name: "m\(index)",
                description: nil,
                tags: [ModelTag("n", "\(index)")],
                actor: "me"
            )
            _ = try await registry.createVersion(
                of: "m\(index)",
                .init(
                    source: "mlflow-artifacts:/\(index)",
                    runID: "run\(index % 2)",
                    tags: [ModelTag("n", "\(index)")]
                ),
                actor: "me"
            )
        }
        let prompt = [ModelTag("mlflow.prompt.is_prompt", "true")]
        _ = try await registry.create(name: "prompt", description: nil, tags: prompt, actor: "me")
    }

    @Test(
        arguments: [
            (nil, ["m0", "m1", "m2", "m3"]), ("name LIKE 'M%'", []), ("name ILIKE 'M%'", ["m0", "m1", "m2", "m3"]),
            ("name IN ('m1', 'm3')", ["m1", "m3"]), ("tags.n != '0' AND name != 'm1'", ["m2", "m3"]),
            ("tags.`mlflow.prompt.is_prompt` = 'true'", ["prompt"]),
            ("tags.`mlflow.prompt.is_prompt` != 'true'", ["m0", "m1", "m2", "m3"]),
        ] as [(String?, [String])]
    )
    func `Models are found, prompts only when asked for`(_ filter: String?, _ wanted: [String]) async throws {
        try await fill()
        let page = try await registry.searchModels(filter: filter, order: [], maximum: 100, token: nil)
        #expect(page.elements.map(\.name) == wanted)
    }

    @Test(arguments: [
        ("run_id = 'run1'", ["m1", "m3"]), ("name = 'm2'", ["m2"]), ("version_number >= 1", ["m0", "m1", "m2", "m3"]),
        ("version_number = 2", []), ("source_path LIKE '%/3'", ["m3"]), ("tags.n = '1'", ["m1"]),
        ("run_id IN ('run0') AND name != 'm0'", ["m2"]),
    ])
    func `Versions are found`(_ filter: String, _ wanted: [String]) async throws {
        try await fill()
        let page = try await registry.searchVersions(filter: filter, order: ["name ASC"], maximum: 100, token: nil)
        #expect(page.elements.map(\.model) == wanted)
    }

    @Test(arguments: ["colour = 'red'", "version_number > 'x'", "name > 'a'", "metrics.a = 1", "name = 3"])
    func `A search that cannot be read is refused`(_ filter: String) async throws {
        await #expect(throws: PlatformError.self) {
            try await registry.searchVersions(filter: filter, order: [], maximum: 10, token: nil)
        }
    }

    @Test(arguments: [
        ("run_id IN (", "Invalid clause(s) in filter string"), ("run_id IN ('a'", "Invalid clause(s) in filter string"),
        ("run_id IN", "Invalid clause(s) in filter string"), ("run_id IN (,)", "but got ill-formed list"),
        ("run_id IN ('a',,'b')", "but got ill-formed list"), ("run_id IN (1, 2)", "but got different type in list"),
        ("run_id IN ()", "but got empty list"),
    ])
    func `A list that cannot be read is refused in MLflow's words`(_ filter: String, _ words: String) async throws {
        let error = await #expect(throws: PlatformError.self) {
            try await registry.searchVersions(filter: filter, order: [], maximum: 10, token: nil)
        }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test
    func `An unknown key to order by is refused in MLflow's words, which differ for versions and models`() async throws
    {
        let version = await #expect(throws: PlatformError.self) {
            try await registry.searchVersions(filter: nil, order: ["name ASC", "run_id DESC"], maximum: 5, token: nil)
        }
        #expect(version?.message.hasPrefix("Invalid attribute key 'run_id' specified.") == true)
        let model = await #expect(throws: PlatformError.self) {
            try await registry.searchModels(filter: nil, order: ["run_id DESC"], maximum: 5, token: nil)
        }
        #expect(model?.message.hasPrefix("Invalid order by key 'run_id' specified.") == true)
    }
}
