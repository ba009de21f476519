import Primitives
import Testing
import Tracking

@Suite struct RunSearchTests {
    /// Six runs; the last has no metric, the one before it a NaN.
    private func fixture() async throws -> Fixture {
        let fixture = try Fixture()
        for index in 0..<6 {
            let run = try await fixture.run("r\(index)", start: Int64(100 + index))
            let loss = index == 4 ? Double.nan : Double(index) / 10
            try await fixture.runs.log(
                metrics: index == 5 ? [] : [MetricPoint(key: "loss", value: loss, timestamp: 1)],
                params: [KeyValue("lr", index.isMultiple(of: 2) ? "0.01" : "0.1")],
                tags: index < 3 ? [KeyValue("Kind", "Odd one")] : [],
                run: run
            )
        }
        return fixture
    }

    @Test(arguments: [
        ("", "543210"), ("metrics.loss < 0.2", "10"), ("metrics.loss != 0.1", "4320"), ("metrics.loss >= -1", "3210"),
        ("params.lr = '0.1' and metrics.loss > 0.1", "3"), ("tags.Kind LIKE 'Odd%'", "210"),
        ("tags.Kind LIKE 'odd%'", ""),
        ("tags.Kind ILIKE 'odd%'", "210"), ("tags.Kind IS NULL", "543"), ("params.lr IS NOT NULL", "543210"),
        ("start_time >= 104", "54"), ("attributes.run_name = 'r2'", "2"), ("run.status = \"RUNNING\"", "543210"),
        ("attributes.`run name` LIKE 'r%' AND user_id = 'tester'", "543210"), ("tags.Kind = ''' OR 1=1 --'", ""),
        ("params.lr = '0.1''; DROP TABLE run_param; --'", ""),
    ])
    func `A filter selects runs, newest first`(_ filter: String, _ wanted: String) async throws {
        let fixture = try await fixture()
        let page = try await fixture.runs.search(RunStore.Query(experiments: [0], filter: filter))
        #expect(page.elements.map { String($0.info.name.suffix(1)) }.joined() == wanted)
    }

    @Test(arguments: [
        "metrics.loss", "metrics.loss >", "metrics.loss > 'x'", "params.lr > '1'", "params.lr = 1", "colour = 'red'",
        "planet.name = 'mars'", "a = 'b' OR c = 'd'", "tags.x = 'open", "run_id IN ()", "run_id IN ('a', 3)",
        "status IN ('FINISHED')", "metrics.loss IS NULL", "dataset.colour = 'x'", "AND", "start_time LIKE '1'",
        "metrics.loss = 1 metrics.loss = 2", "(metrics.loss = 1)", "metrics.loss <> 1",
    ])
    func `A filter that cannot be read is refused`(_ filter: String) async throws {
        let fixture = try Fixture()
        #expect(
            await code {
                try await fixture.runs.search(RunStore.Query(experiments: [0], filter: filter)).elements.count
            }
                == "INVALID_PARAMETER_VALUE"
        )
    }

    @Test(
        arguments: [
            (["metrics.loss ASC"], "012345"), (["metrics.loss DESC"], "321045"),
            (["params.lr", "start_time"], "024135"),
            (["tags.Kind DESC", "run_name ASC"], "012345"), (["start_time ASC"], "012345"), (["`loss`"], nil),
            (["metrics.loss SIDEWAYS"], nil), (["dataset.name"], nil), (["metrics.loss", "metrics.loss DESC"], nil),
        ] as [([String], String?)]
    )
    func `An order puts NaN after numbers and runs without a value last`(_ order: [String], _ wanted: String?)
        async throws
    {
        let fixture = try await fixture()
        let query = RunStore.Query(experiments: [0], order: order)
        guard let wanted else {
            #expect(await code { try await fixture.runs.search(query).elements.count } == "INVALID_PARAMETER_VALUE")
            return
        }
        let page = try await fixture.runs.search(query)
        #expect(page.elements.map { String($0.info.name.suffix(1)) }.joined() == wanted)
    }

    @Test func `Pages join without a gap or a repeat`() async throws {
        let fixture = try await fixture()
        var names = ""
        var token: String?
        repeat {
            let page = try await fixture.runs.search(RunStore.Query(experiments: [0], maximum: 4, token: token))
            names += page.elements.map { String($0.info.name.suffix(1)) }.joined()
            token = page.nextToken
        } while token != nil
        #expect(names == "543210")
    }
}
