import Foundation
import Primitives
import Storage
import Testing
import Tracking

@Suite struct GatewayTests {
    @Test func `A secret is stored sealed for its own row, and only its ends are shown`() async throws {
        let fixture = try EvaluationFixture()
        let made = try await fixture.secret("key", "{\"api_key\": \"sk-test-12345\", \"pin\": \"1234567\"}")
        #expect(made.masked == [KeyValue("api_key", "sk-...2345"), KeyValue("pin", "***")])
        let id = made.id
        let stored = try await fixture.database.read { reader in
            try reader.first("SELECT sealed FROM gateway_secret WHERE secret_id = ?", [.text(id)])?.blob("sealed")
        }
        let opened = String(decoding: (stored ?? Data()).reversed(), as: UTF8.self)
        #expect(opened == "gateway-secret/\(id):{\"api_key\": \"sk-test-12345\", \"pin\": \"1234567\"}")
        let journal = try await Journal(database: fixture.database).entries(
            after: 0,
            limit: 10,
            kindPrefix: nil,
            subject: nil
        )
        #expect(journal.map(\.event.body) == [["name": "key"]])
        #expect(await code { try await fixture.secret("key", "{}") } == "RESOURCE_ALREADY_EXISTS")
    }

    @Test(arguments: ["[]", "{\"a\": 1}", "{\"api_base\": \"https://x\"}", "{\"base_url\": \"x\"}"])
    func `Secret values that are no texts, or that choose a destination, are refused`(_ values: String) async throws {
        let fixture = try EvaluationFixture()
        #expect(await code { try await fixture.secret("key", values) } == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: [
        ("{\"api_base\": \"http://x\"}", nil), ("{\"api_base\": \"https://u:p@x\"}", nil),
        ("{\"api_base\": \"https:///p\"}", nil), ("{\"fallbacks\": \"x\"}", nil), ("{\"n\": 1}", nil),
        (
            "{\"api_base\": \" https://x/v1 \", \"region\": \"eu\"}",
            "{\"api_base\": \"https://x/v1\", \"region\": \"eu\"}"
        ),
        ("{\"api_base\": \" \"}", ""),
    ])
    func `A destination must be an https address without credentials`(_ text: String, _ kept: String?) async throws {
        let fixture = try EvaluationFixture()
        let made = await Result {
            try await fixture.gateway.createSecret(
                "key",
                values: SecretValues(.object([])),
                provider: "openai",
                configuration: SecretConfiguration(OrderedJSON(parsing: text, what: "it")),
                user: nil,
                actor: "me"
            )
        }
        guard let kept else {
            #expect(throws: PlatformError.self) { try made.get() }
            return
        }
        let pairs = try made.get().configuration.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
        #expect(pairs == kept.trimmingCharacters(in: ["{", "}"]))
    }

    @Test func `Values and configuration are replaced apart, and models outlive their secret`() async throws {
        let fixture = try EvaluationFixture()
        let secret = try await fixture.secret("key", "{\"api_key\": \"old-value-1\"}")
        let model = try await fixture.model("m", secret: secret.id)
        #expect(model.secretName == "key")
        let changed = try await fixture.gateway.updateSecret(
            secret.id,
            values: SecretValues(OrderedJSON(parsing: "{\"api_key\": \"new-value-2\"}", what: "it")),
            configuration: nil,
            user: "bo",
            actor: "me"
        )
        #expect(changed.masked == [KeyValue("api_key", "new...ue-2")])
        #expect(changed.audit.lastUpdatedBy == "bo")
        try await fixture.gateway.deleteSecret(secret.id, actor: "me")
        let orphan = try await fixture.gateway.model(id: model.id, name: nil)
        #expect(orphan.secretID == nil)
        #expect(orphan.secretName == nil)
        #expect(await code { try await fixture.gateway.secret(id: nil, name: "key") } == "RESOURCE_DOES_NOT_EXIST")
        #expect(await code { try await fixture.gateway.secret(id: nil, name: nil) } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `An endpoint has its models in order, its fallback rule and an experiment for its traces`() async throws
    {
        let fixture = try EvaluationFixture()
        let secret = try await fixture.secret("key", "{}")
        let (one, two) = (
            try await fixture.model("one", secret: secret.id), try await fixture.model("two", secret: secret.id)
        )
        let made = try await fixture.gateway.createEndpoint(
            .init(
                name: "chat",
                places: [
                    GatewayModelPlace(modelID: two.id, linkage: .primary, weight: 0.5),
                    GatewayModelPlace(modelID: one.id, linkage: .fallback, fallbackOrder: 0),
                ],
                routingStrategy: "REQUEST_BASED_TRAFFIC_SPLIT",
                fallback: .init(strategy: "SEQUENTIAL", attempts: 2),
                user: "ada"
            ),
            actor: "me"
        )
        #expect(try await fixture.gateway.endpoint(id: nil, name: "chat") == made)
        #expect(made.mappings.map(\.model.name) == ["two", "one"])
        #expect(made.mappings.map(\.place.weight) == [0.5, 1])
        #expect(made.fallback == .init(strategy: "SEQUENTIAL", attempts: 2))
        let experiment = try await fixture.experiments.get(made.experimentID ?? -1)
        #expect(experiment.name == "gateway/chat")
        #expect(experiment.tags.contains(KeyValue("mlflow.experiment.sourceId", made.id)))
        #expect(await code { try await fixture.gateway.deleteModel(one.id, actor: "me") } == "INVALID_STATE")
        let again = GatewayModelPlace(modelID: two.id, linkage: .primary)
        #expect(
            await code { try await fixture.gateway.attach(again, to: made.id, user: nil, actor: "me") }
                == "RESOURCE_ALREADY_EXISTS"
        )
        try await fixture.gateway.detach(one.id, from: made.id, actor: "me")
        #expect(
            await code { try await fixture.gateway.detach(one.id, from: made.id, actor: "me") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        try await fixture.gateway.deleteModel(one.id, actor: "me")
        #expect(try await fixture.gateway.endpoints(provider: "openai", secret: nil).map(\.name) == ["chat"])
        #expect(try await fixture.gateway.endpoints(provider: "other", secret: nil) == [])
    }

    @Test(arguments: ["", "a b", "a/b", "é"])
    func `An endpoint's name must fit into a path`(_ name: String) async throws {
        let fixture = try EvaluationFixture()
        #expect(await code { try await fixture.endpoint(name) } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `Tags and bindings go with their endpoint`() async throws {
        let fixture = try EvaluationFixture()
        let endpoint = try await fixture.endpoint("chat")
        try await fixture.gateway.set(KeyValue("k", "1"), onEndpoint: endpoint.id, actor: "me")
        try await fixture.gateway.set(KeyValue("k", "2"), onEndpoint: endpoint.id, actor: "me")
        #expect(try await fixture.gateway.endpoint(id: endpoint.id, name: nil).tags == [KeyValue("k", "2")])
        _ = try await fixture.gateway.bind("r", type: "scorer", to: endpoint.id, user: nil, actor: "me")
        #expect(
            await code { try await fixture.gateway.bind("r", type: "run", to: endpoint.id, user: nil, actor: "me") }
                == "INVALID_PARAMETER_VALUE"
        )
        try await fixture.gateway.deleteEndpoint(endpoint.id, actor: "me")
        #expect(try await fixture.gateway.bindings(endpoint: nil, type: nil, resource: "r") == [])
        #expect(
            await code { try await fixture.gateway.set(KeyValue("k", "v"), onEndpoint: endpoint.id, actor: "me") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
    }

    @Test func `A budget for an endpoint names one that exists, and loses its target with its scope`() async throws {
        let fixture = try EvaluationFixture()
        let endpoint = try await fixture.endpoint("chat")
        func rule(_ scope: GatewayBudget.Scope, _ target: String?, days: Int64 = 1) -> GatewayBudget.Rule {
            .init(
                unit: .dollars,
                amount: 10,
                durationUnit: .days,
                duration: days,
                scope: scope,
                target: target,
                action: .reject
            )
        }
        for bad in [rule(.endpoint, nil), rule(.global, "x"), rule(.global, nil, days: 0)] {
            #expect(
                await code { try await fixture.gateway.createBudget(bad, user: nil, actor: "me") }
                    == "INVALID_PARAMETER_VALUE"
            )
        }
        #expect(
            await code { try await fixture.gateway.createBudget(rule(.endpoint, "e-x"), user: nil, actor: "me") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        let made = try await fixture.gateway.createBudget(rule(.endpoint, endpoint.id), user: "ada", actor: "me")
        #expect(try await fixture.gateway.budget(made.id) == made)
        let changed = try await fixture.gateway.updateBudget(made.id, user: nil, actor: "me") { rule in
            (rule.scope, rule.target, rule.amount) = (.global, nil, 20)
        }
        #expect(changed.rule.amount == 20)
        #expect(changed.rule.target == nil)
        _ = try await fixture.gateway.createBudget(rule(.global, nil), user: nil, actor: "me")
        let first = try await fixture.gateway.budgets(maximum: 1, token: nil)
        let second = try await fixture.gateway.budgets(maximum: 1, token: first.nextToken)
        #expect(Set((first.elements + second.elements).map(\.id)).count == 2)
        #expect(second.nextToken == nil)
    }

    /// Sunday 15 March 2026, 13:45:30 UTC; the expected bounds are those of MLflow's gateway.
    @Test(arguments: [
        (GatewayBudget.DurationUnit.minutes, Int64(15), "2026-03-15T13:45:00.000Z", "2026-03-15T14:00:00.000Z"),
        (.hours, 6, "2026-03-15T12:00:00.000Z", "2026-03-15T18:00:00.000Z"),
        (.days, 1, "2026-03-15T00:00:00.000Z", "2026-03-16T00:00:00.000Z"),
        (.weeks, 1, "2026-03-15T00:00:00.000Z", "2026-03-22T00:00:00.000Z"),
        (.months, 1, "2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z"),
        (.months, 12, "2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
    ])
    func `A budget's window holds the moment and begins where all such windows begin`(
        _ unit: GatewayBudget.DurationUnit,
        _ length: Int64,
        _ start: String,
        _ end: String
    ) {
        let rule = GatewayBudget.Rule(
            unit: .dollars,
            amount: 1,
            durationUnit: unit,
            duration: length,
            scope: .global,
            target: nil,
            action: .alert
        )
        let window = rule.window(at: Timestamp(milliseconds: 1_773_582_330_000))
        #expect([window.start.description, window.end.description] == [start, end])
    }

    @Test(arguments: GatewayBudget.DurationUnit.allCases)
    func `A window of any length is told without overflow`(_ unit: GatewayBudget.DurationUnit) {
        let rule = GatewayBudget.Rule(
            unit: .dollars,
            amount: 1,
            durationUnit: unit,
            duration: .max,
            scope: .global,
            target: nil,
            action: .alert
        )
        let now = Timestamp(milliseconds: 1_773_582_330_000)
        let window = rule.window(at: now)
        #expect(window.start <= now && now < window.end)
    }

    @Test func `A guardrail runs no code of its scorer, and keeps the scorer from being deleted`() async throws {
        let fixture = try EvaluationFixture()
        let endpoint = try await fixture.endpoint("chat")
        let code1 = try await fixture.scorers.register(
            "coded",
            experiment: 0,
            serialized: "{\"ensemble\": [{\"call_source\": \"x\"}]}",
            actor: "me"
        )
        let safe = try await fixture.scorers.register("safe", experiment: 0, serialized: "{\"a\": 1}", actor: "me")
        func guardrail(_ scorer: ScorerVersion) async throws -> GatewayGuardrail {
            try await fixture.gateway.createGuardrail(
                "guard",
                scorer: (scorer.scorerID, scorer.version),
                stage: .before,
                action: .sanitization,
                actionEndpoint: endpoint.id,
                actor: "me"
            )
        }
        #expect(await code { try await guardrail(code1) } == "INVALID_PARAMETER_VALUE")
        let (one, two) = (try await guardrail(safe), try await guardrail(safe))
        #expect(one.actionEndpoint == "chat")
        #expect(one.scorer == safe)
        #expect(
            await code { try await fixture.scorers.delete("safe", experiment: 0, version: nil, actor: "me") }
                == "INVALID_STATE"
        )
        _ = try await fixture.gateway.add(guardrail: one.id, to: endpoint.id, order: nil, actor: "me")
        _ = try await fixture.gateway.add(guardrail: two.id, to: endpoint.id, order: 2, actor: "me")
        #expect(try await fixture.gateway.guardrails(of: endpoint.id).map(\.guardrail.id) == [two.id, one.id])
        _ = try await fixture.gateway.move(guardrail: one.id, at: endpoint.id, to: 1, actor: "me")
        #expect(try await fixture.gateway.guardrails(of: endpoint.id).map(\.guardrail.id) == [one.id, two.id])
        #expect(
            await code { try await fixture.gateway.add(guardrail: one.id, to: endpoint.id, order: 1, actor: "me") }
                == "RESOURCE_ALREADY_EXISTS"
        )
        try await fixture.gateway.remove(guardrail: one.id, from: endpoint.id, actor: "me")
        try await fixture.gateway.deleteGuardrail(two.id, actor: "me")
        #expect(try await fixture.gateway.guardrails(of: endpoint.id) == [])
        #expect(try await fixture.gateway.guardrails(maximum: 10, token: nil).elements.map(\.id) == [one.id])
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call returns or throws.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

extension EvaluationFixture {
    func secret(_ name: String, _ values: String) async throws -> GatewaySecret {
        try await gateway.createSecret(
            name,
            values: SecretValues(OrderedJSON(parsing: values, what: "it")),
            provider: "openai",
            configuration: nil,
            user: nil,
            actor: "me"
        )
    }

    func model(_ name: String, secret: String) async throws -> GatewayModel {
        try await gateway.createModel(
            name,
            secret: secret,
            provider: "openai",
            modelName: "gpt",
            user: nil,
            actor: "me"
        )
    }

    /// An endpoint with one model.
    func endpoint(_ name: String) async throws -> GatewayEndpoint {
        let secret = try await secret("secret-\(name)", "{}")
        let model = try await model("model-\(name)", secret: secret.id)
        return try await gateway.createEndpoint(
            .init(name: name, places: [GatewayModelPlace(modelID: model.id, linkage: .primary)]),
            actor: "me"
        )
    }
}
