import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct ExperimentTests {
    @Test func `The default experiment has always existed`() async throws {
        let fixture = try Fixture()
        let found = try await fixture.experiments.get(0)
        #expect(found.name == "Default")
        #expect(found.artifactLocation == "mlflow-artifacts:/0")
    }

    @Test func `A new experiment gets the next number and a place for artifacts`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.experiments.create(
            name: "a",
            artifactLocation: nil,
            tags: [KeyValue("k", "v")],
            actor: "me"
        )
        let found = try await fixture.experiments.get(id)
        #expect(id == 1)
        #expect(found.artifactLocation == "mlflow-artifacts:/1")
        #expect(found.tags == [KeyValue("k", "v")])
        #expect(found.creationTime == TestClock.epoch)
        #expect(try await fixture.kinds() == ["tracking.experiment.created"])
    }

    @Test func `A name is taken even by a deleted experiment`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.experiments.create(name: "a", artifactLocation: nil, tags: [], actor: "me")
        try await fixture.experiments.move(id, to: .deleted, actor: "me")
        let again = await code {
            try await fixture.experiments.create(name: "a", artifactLocation: nil, tags: [], actor: "me")
        }
        #expect(again == "RESOURCE_ALREADY_EXISTS")
    }

    @Test func `The runs of a deleted experiment go with it and come back with it`() async throws {
        let fixture = try Fixture()
        let id = try await fixture.experiments.create(name: "a", artifactLocation: nil, tags: [], actor: "me")
        let run = try await fixture.run("r", experiment: id)
        try await fixture.experiments.move(id, to: .deleted, actor: "me")
        #expect(try await fixture.runs.get(run).info.stage == .deleted)
        #expect(await code { try await fixture.experiments.rename(id, to: "b", actor: "me") } == "INVALID_STATE")
        #expect(
            await code { try await fixture.experiments.move(id, to: .deleted, actor: "me") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        try await fixture.experiments.move(id, to: .active, actor: "me")
        #expect(try await fixture.runs.get(run).info.stage == .active)
    }

    @Test(arguments: [
        ("name = 'b'", ["b"]), ("name LIKE '%'", ["a", "b", "c", "Default"]), ("name ILIKE 'DEF%'", ["Default"]),
        ("name LIKE 'DEF%'", []), ("tags.n = '1' AND name != 'a'", ["b"]), ("tags.n IS NULL", ["c", "Default"]),
        ("experiment_id IN ('1', '3')", ["a", "c"]), ("creation_time > 0", ["a", "b", "c"]),
    ])
    func `Experiments are found by attribute and tag`(_ filter: String, _ wanted: [String]) async throws {
        let fixture = try Fixture()
        for (name, tags) in [("a", [KeyValue("n", "1")]), ("b", [KeyValue("n", "1")]), ("c", [])] {
            _ = try await fixture.experiments.create(name: name, artifactLocation: nil, tags: tags, actor: "me")
        }
        let page = try await fixture.experiments.search(
            filter: filter,
            order: [],
            view: .activeOnly,
            maximum: 10,
            token: nil
        )
        #expect(page.elements.map(\.name) == wanted)
    }
}
