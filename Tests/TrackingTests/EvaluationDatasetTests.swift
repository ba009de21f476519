import Primitives
import Testing
import Tracking

@Suite struct EvaluationDatasetTests {
    @Test func `A new data set has its tags, its experiments and the user who made it`() async throws {
        let fixture = try EvaluationFixture()
        let experiment = try await fixture.experiment("e")
        let made = try await fixture.datasets.create(
            name: "cases",
            tags: "{\"mlflow.user\": \"ada\", \"n\": 1, \"gone\": null}",
            experiments: [experiment, experiment],
            actor: "me"
        )
        let found = try await fixture.datasets.get(made.id)
        #expect(found == made)
        #expect(found.id.hasPrefix("d-"))
        #expect(found.tags == [KeyValue("mlflow.user", "ada"), KeyValue("n", "1")])
        #expect(found.createdBy == "ada")
        #expect(found.schema == nil)
        #expect(found.profile == nil)
        #expect(try await fixture.datasets.experiments(of: made.id) == [experiment])
        #expect(try await fixture.kinds().last == "evaluation.dataset.created")
    }

    @Test func `Nothing is made for an experiment that does not exist`() async throws {
        let fixture = try EvaluationFixture()
        let failed = await code {
            try await fixture.datasets.create(name: "cases", tags: nil, experiments: [0, 99], actor: "me")
        }
        #expect(failed == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await fixture.search().isEmpty)
    }

    @Test func `Records with equal inputs are one, their expectations and tags merged and outputs replaced`()
        async throws
    {
        let fixture = try EvaluationFixture()
        let id = try await fixture.dataset("cases")
        let first = try await fixture.datasets.upsert(
            records: """
                [{"inputs": {"q": "a", "n": 1}, "outputs": "x", "expectations": {"e": 1, "f": 2}, "tags": {"t": "1"},
                  "source": {"source_type": "trace", "source_data": {"trace_id": "tr-1"}}},
                 {"inputs": {"n": 1, "q": "a"}, "outputs": null, "expectations": {"f": 3}, "tags": {"mlflow.user": "bo"}}]
                """,
            into: id,
            actor: "me"
        )
        let second = try await fixture.datasets.upsert(
            records: "[{\"inputs\": {\"q\": \"a\", \"n\": 1.0}}, {\"inputs\": {\"q\": \"a\", \"n\": 1}}]",
            into: id,
            actor: "me"
        )
        #expect([first.inserted, first.updated] == [1, 1])
        #expect([second.inserted, second.updated] == [1, 1])
        let page = try await fixture.datasets.records(of: id, maximum: 10, token: nil)
        let records = try OrderedJSON(parsing: page.json, what: "records").elements ?? []
        #expect(records.map { $0["inputs"]?.written } == ["{\"q\": \"a\", \"n\": 1}", "{\"q\": \"a\", \"n\": 1.0}"])
        #expect(records.map { $0["outputs"]?.written } == [nil, "{}"])
        #expect(records.map { $0["expectations"]?.written } == ["{\"e\": 1, \"f\": 3}", nil])
        #expect(records.map { $0["tags"]?.written } == ["{\"t\": \"1\", \"mlflow.user\": \"bo\"}", "{}"])
        #expect(
            records[0]["source"]?.written
                == "{\"source_type\": \"TRACE\", \"source_data\": {\"trace_id\": \"tr-1\"}}"
        )
        #expect(records[0]["source_id"]?.stringValue == "tr-1")
        #expect(records[0]["last_updated_by"]?.stringValue == "bo")
        let dataset = try await fixture.datasets.get(id)
        #expect(dataset.profile == "{\"num_records\": 2}")
        #expect(
            dataset.schema
                == "{\"inputs\": {\"q\": \"string\", \"n\": \"integer\"}, \"outputs\": \"string\", "
                + "\"expectations\": {\"e\": \"integer\", \"f\": \"integer\"}, \"version\": \"1.0\"}"
        )
    }

    @Test func `Writing records changes the digest; setting tags does not`() async throws {
        let fixture = try EvaluationFixture()
        let id = try await fixture.dataset("cases")
        let empty = try await fixture.datasets.get(id).digest
        _ = try await fixture.datasets.upsert(records: "[{\"inputs\": {\"q\": 1}}]", into: id, actor: "me")
        let written = try await fixture.datasets.get(id)
        try await fixture.datasets.set(tags: "{\"a\": \"b\", \"c\": null}", on: id, actor: "me")
        let tagged = try await fixture.datasets.get(id)
        #expect(written.digest != empty)
        #expect(tagged.digest == written.digest)
        #expect(tagged.lastUpdateTime == written.lastUpdateTime)
        #expect(tagged.tags == [KeyValue("a", "b")])
    }

    @Test func `A page of records begins behind the last one, whatever was deleted before it`() async throws {
        let fixture = try EvaluationFixture()
        let id = try await fixture.dataset("cases")
        let cases = (0..<250).map { "{\"inputs\": {\"i\": \($0)}}" }.joined(separator: ",")
        _ = try await fixture.datasets.upsert(records: "[\(cases)]", into: id, actor: "me")
        let first = try await fixture.datasets.records(of: id, maximum: 100, token: nil)
        let ids = try OrderedJSON(parsing: first.json, what: "it").elements?.compactMap {
            $0["dataset_record_id"]?.stringValue
        }
        #expect(try await fixture.datasets.delete(records: ids ?? [], of: id, actor: "me") == 100)
        let second = try await fixture.datasets.records(of: id, maximum: 150, token: first.nextToken)
        let numbers = try OrderedJSON(parsing: second.json, what: "it").elements?.map { $0["inputs"]?["i"] }
        #expect(numbers == (100..<250).map { .number("\($0)") })
        #expect(second.nextToken == nil)
        #expect(try await fixture.datasets.get(id).recordCount == 150)
        #expect(
            await code { try await fixture.datasets.records(of: id, maximum: 1, token: "x") }
                == "INVALID_PARAMETER_VALUE"
        )
    }

    @Test(arguments: [
        "{}", "[1]", "[{\"inputs\": null}]", "[{\"inputs\": []}]", "[{\"tags\": 1}]",
        "[{\"inputs\": {\"a\": 1}, \"source\": {\"source_type\": \"dream\"}}]", "no json",
    ])
    func `A record of the wrong shape is refused, and none is written`(_ records: String) async throws {
        let fixture = try EvaluationFixture()
        let id = try await fixture.dataset("cases")
        let failed = await code { try await fixture.datasets.upsert(records: records, into: id, actor: "me") }
        #expect(failed == "INVALID_PARAMETER_VALUE")
        #expect(try await fixture.datasets.get(id).recordCount == 0)
    }

    @Test(arguments: [
        (nil, [], ["c", "b", "a"]), ("name LIKE '%a%'", [], ["a"]), ("name IN ('a', 'c')", ["name ASC"], ["a", "c"]),
        ("tags.team = 'x'", [], ["b", "a"]), ("tags.team != 'x'", [], ["c"]), ("created_by = 'ada'", [], ["a"]),
        ("created_time > 0", ["last_update_time ASC"], ["a", "b", "c"]), ("created_time > '9999999999999'", [], []),
    ])
    func `Data sets are found by attribute and tag, newest first`(
        _ filter: String?,
        _ order: [String],
        _ wanted: [String]
    ) async throws {
        let fixture = try EvaluationFixture()
        for (name, tags) in [
            ("a", "{\"team\": \"x\", \"mlflow.user\": \"ada\"}"), ("b", "{\"team\": \"x\"}"),
            ("c", "{\"team\": \"y\"}"),
        ] {
            _ = try await fixture.datasets.create(name: name, tags: tags, experiments: [], actor: "me")
        }
        #expect(try await fixture.search(filter: filter, order: order).map(\.name) == wanted)
    }

    @Test(arguments: ["size = 'x'", "run.name = 'x'", "created_time = 1.5", "name > 'a'", "name NOT IN ('a')"])
    func `A filter that data sets do not know is refused`(_ filter: String) async throws {
        let fixture = try EvaluationFixture()
        #expect(await code { try await fixture.search(filter: filter) } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `Pages of a search neither repeat nor leave out, in any order`() async throws {
        let fixture = try EvaluationFixture()
        for index in 0..<7 { _ = try await fixture.dataset("n\(index % 3)") }
        for order in [["name ASC"], ["name DESC", "created_time ASC"], []] {
            var names: [String] = []
            var token: String?
            repeat {
                let page = try await fixture.datasets.search(
                    experiments: [],
                    filter: nil,
                    order: order,
                    maximum: 2,
                    token: token
                )
                names += page.elements.map(\.id)
                token = page.nextToken
            } while token != nil
            let all = try await fixture.search(order: order).map(\.id)
            #expect(names == all)
            #expect(Set(names).count == 7)
        }
    }

    @Test func `A data set moves between experiments; what is no member leaves it alone`() async throws {
        let fixture = try EvaluationFixture()
        let (one, two) = (try await fixture.experiment("one"), try await fixture.experiment("two"))
        let id = try await fixture.dataset("cases")
        _ = try await fixture.datasets.add(id, to: [one, two, one], actor: "me")
        _ = try await fixture.datasets.remove(id, from: [two, 77], actor: "me")
        #expect(try await fixture.datasets.experiments(of: id) == [one])
        #expect(await code { try await fixture.datasets.add(id, to: [77], actor: "me") } == "RESOURCE_DOES_NOT_EXIST")
        #expect(
            await code { try await fixture.datasets.remove("d-x", from: [one], actor: "me") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        try await fixture.datasets.delete(id, actor: "me")
        try await fixture.datasets.delete(id, actor: "me")
        #expect(await code { try await fixture.datasets.get(id) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await fixture.kinds().filter { $0 == "evaluation.dataset.deleted" }.count == 1)
    }
}

extension EvaluationFixture {
    func dataset(_ name: String) async throws -> String {
        try await datasets.create(name: name, tags: nil, experiments: [], actor: "me").id
    }

    func search(filter: String? = nil, order: [String] = []) async throws -> [EvaluationDataset] {
        try await datasets.search(experiments: [], filter: filter, order: order, maximum: 100, token: nil).elements
    }
}
