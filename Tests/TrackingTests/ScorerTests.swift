import Primitives
import Testing
import Tracking

@Suite struct ScorerTests {
    @Test func `Each registration is a new version, and the latest is listed`() async throws {
        let fixture = try EvaluationFixture()
        for (name, text) in [("b", "{\"v\": 1}"), ("a", "{\"v\": 1}"), ("b", "{\"v\": 2}")] {
            _ = try await fixture.scorers.register(name, experiment: 0, serialized: text, actor: "me")
        }
        let listed = try await fixture.scorers.list(experiment: 0)
        #expect(listed.map { "\($0.name) \($0.version) \($0.serialized)" } == ["a 1 {\"v\": 1}", "b 2 {\"v\": 2}"])
        #expect(try await fixture.scorers.versions(of: "b", experiment: 0).map(\.version) == [1, 2])
        #expect(try await fixture.scorers.get("b", experiment: 0, version: nil).version == 2)
        try await fixture.scorers.delete("b", experiment: 0, version: 1, actor: "me")
        #expect(try await fixture.scorers.versions(of: "b", experiment: 0).map(\.version) == [2])
        try await fixture.scorers.delete("b", experiment: 0, version: nil, actor: "me")
        #expect(try await fixture.scorers.list(experiments: nil).map(\.name) == ["a"])
    }

    @Test func `What does not exist is named`() async throws {
        let fixture = try EvaluationFixture()
        _ = try await fixture.scorers.register("s", experiment: 0, serialized: "{}", actor: "me")
        #expect(
            await message { try await fixture.scorers.get("x", experiment: 0, version: 3) }
                == "Scorer with name 'x' not found for experiment 0."
        )
        #expect(
            await message { try await fixture.scorers.get("s", experiment: 0, version: 3) }
                == "Scorer with name 's' and version 3 not found for experiment 0."
        )
        #expect(await code { try await fixture.scorers.list(experiment: 9) } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test(arguments: [
        (" ", "{}"), ("s", "[]"), ("s", "{"), ("s", "{\"instructions_judge_pydantic_data\": {\"model\": \" \"}}"),
        ("s", "{\"builtin_scorer_pydantic_data\": {\"model\": 1}}"),
    ])
    func `A blank name, bad JSON and a blank model are refused`(_ name: String, _ text: String) async throws {
        let fixture = try EvaluationFixture()
        let failed = await code {
            try await fixture.scorers.register(name, experiment: 0, serialized: text, actor: "me")
        }
        #expect(failed == "INVALID_PARAMETER_VALUE")
    }

    @Test func `A scorer follows its endpoint through a new name, and loses it with the endpoint`() async throws {
        let fixture = try EvaluationFixture()
        let endpoint = try await fixture.endpoint("first")
        let text =
            "{\"memory_augmented_judge_data\": {\"base_judge\": {\"instructions_judge_pydantic_data\": {\"model\": \"%\"}}}}"
        func written(_ model: String) -> String { text.replacing("\"%\"", with: model) }
        let made = try await fixture.scorers.register(
            "s",
            experiment: 0,
            serialized: written("\"gateway:/first\""),
            actor: "me"
        )
        #expect(made.serialized == written("\"gateway:/first\""))
        #expect(
            try await fixture.gateway.bindings(endpoint: endpoint.id, type: "scorer", resource: made.scorerID)
                .map(\.displayName) == ["s"]
        )
        _ = try await fixture.gateway.updateEndpoint(endpoint.id, .init(name: "second", places: nil), actor: "me")
        #expect(try await fixture.scorers.list(experiment: 0).map(\.serialized) == [written("\"gateway:/second\"")])
        try await fixture.gateway.deleteEndpoint(endpoint.id, actor: "me")
        #expect(try await fixture.scorers.list(experiment: 0).map(\.serialized) == [written("null")])
        let failed = await code {
            try await fixture.scorers.register("t", experiment: 0, serialized: written("\"gateway:/x\""), actor: "me")
        }
        #expect(failed == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test func `Online scoring needs a gateway model, a share of traces and no ground truth`() async throws {
        let fixture = try EvaluationFixture()
        _ = try await fixture.endpoint("judge")
        let judge = "{\"instructions_judge_pydantic_data\": {\"instructions\": \"%\", \"model\": \"gateway:/judge\"}}"
        for (name, text) in [
            ("good", judge), ("truth", judge.replacing("%", with: "is {{ expectations }} met")),
            ("other", "{\"builtin_scorer_pydantic_data\": {\"model\": \"openai:/gpt\"}}"),
        ] {
            _ = try await fixture.scorers.register(name, experiment: 0, serialized: text, actor: "me")
        }
        func set(_ name: String, _ rate: Double, _ filter: String? = nil) async throws -> OnlineScoringConfig {
            try await fixture.scorers.setOnline(name, experiment: 0, sampleRate: rate, filter: filter, actor: "me")
        }
        for (name, rate, filter) in [
            ("good", 1.5, nil), ("good", -0.1, nil), ("truth", 0.5, nil), ("other", 0.5, nil),
            ("good", 0.5, "status ="),
        ] {
            #expect(await code { try await set(name, rate, filter) } == "INVALID_PARAMETER_VALUE", "\(name) \(rate)")
        }
        let first = try await set("good", 0.5, "status = 'OK'")
        let second = try await set("good", 0.25)
        #expect(first.scorerID == second.scorerID)
        #expect(try await fixture.scorers.onlineConfigs(of: [second.scorerID, "none"]) == [second])
        #expect(try await set("other", 0).sampleRate == 0)
    }
}
