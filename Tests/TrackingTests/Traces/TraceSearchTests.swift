import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct TraceSearchTests {
    /// Four traces: 1 and 2 have tags, 3 a session with feedback on it that 4 shares.
    private func fixture() async throws -> TraceFixture {
        let fixture = try TraceFixture()
        let session = [KeyValue("mlflow.trace.session", "s")]
        try await fixture.start(
            traceID(1),
            at: 1,
            for: 10,
            client: "cl-1",
            metadata: [KeyValue("mlflow.sourceRun", "run1")],
            tags: [KeyValue("mlflow.traceName", "alpha"), KeyValue("fruit", "Apple")]
        )
        try await fixture.start(traceID(2), at: 2, state: .error, tags: [KeyValue("fruit", "pear")])
        try await fixture.start(traceID(3), at: 3, for: 5, metadata: session)
        try await fixture.start(traceID(4), at: 4, for: 40, metadata: session)
        try await fixture.traces.log(
            [
                span(
                    "llm",
                    trace: 1,
                    id: 1,
                    start: 1_000_000,
                    end: 11_000_000,
                    attributes: [("model", "gpt-4"), ("mlflow.spanType", "LLM")]
                ),
                span(
                    "tool",
                    trace: 2,
                    id: 2,
                    start: 2_000_000,
                    end: 2_000_000,
                    status: .error,
                    attributes: [("model", "claude"), ("n", .real(0.7))]
                ),
            ],
            in: 0,
            actor: "tester"
        )
        _ = try await fixture.feedback("score", .real(4), of: traceID(1))
        _ = try await fixture.traces.create(
            Assessment(
                traceID: traceID(3),
                name: "polite",
                kind: .feedback,
                value: "yes",
                createdAt: TestClock.fixed.now(),
                updatedAt: TestClock.fixed.now(),
                source: .init(type: "HUMAN", id: nil),
                metadata: [KeyValue("mlflow.trace.session", "s")]
            ),
            actor: "tester"
        )
        return fixture
    }

    @Test(arguments: [
        ("", "4321"), ("status = 'OK'", "431"), ("status IN ('ERROR')", "2"), ("status NOT IN ('ERROR')", "431"),
        ("trace.execution_time > 5", "41"), ("timestamp_ms <= 2 AND execution_time >= 10", "1"),
        ("end_time_ms = 11", "1"), ("name = 'alpha'", "1"), ("name RLIKE '^al.*a$'", "1"), ("name IS NULL", "432"),
        ("tags.fruit LIKE 'A%'", "1"), ("tag.fruit ILIKE 'a%'", "1"), ("tags.fruit != 'pear'", "1"),
        ("tags.fruit RLIKE '[pP]'", "21"), ("tags.fruit IS NULL", "43"), ("tags.`fruit` IS NOT NULL", "21"),
        ("client_request_id = \"cl-1\"", "1"), ("client_request_id RLIKE 'cl-[0-9]+'", "1"),
        ("run_id = 'run1'", "1"), ("metadata.mlflow.sourceRun != 'x'", "1"),
        ("metadata.`mlflow.trace.session` = 's'", "43"), ("span.name = 'llm'", "1"), ("span.type = 'LLM'", "1"),
        ("span.name = 'llm' AND span.status = 'ERROR'", ""), ("span.status = 'ERROR'", "2"),
        ("span.name RLIKE '^(llm|tool)$'", "21"), ("span.attributes.model LIKE '%gpt%'", "1"),
        ("span.attributes.model = 'claude'", "2"), ("span.attributes.model != 'claude'", "1"),
        ("span.attributes.model IN ('claude', 'gpt-4')", "21"), ("span.attributes.n = '0.7'", "2"),
        ("span.attributes.model RLIKE '^gpt-[0-9]$'", "1"), ("text LIKE '%claude%'", "2"),
        ("trace.text ILIKE '%CLAUDE%'", "2"), ("feedback.score > 3", "1"), ("feedback.score < 4", ""),
        ("feedback.score = '4.0'", "1"), ("feedback.polite = 'yes'", "43"), ("feedback.polite IS NULL", "21"),
        ("feedback.polite RLIKE 'ye'", "43"), ("expectation.polite IS NOT NULL", ""), ("issue.id = 'none'", ""),
        ("tags.fruit = ''' OR 1=1 --'", ""), ("name = 'x''; DROP TABLE trace; --'", ""),
    ])
    func `A filter selects traces, newest first`(_ filter: String, _ wanted: String) async throws {
        #expect(try await fixture().find(filter) == wanted)
    }

    @Test(arguments: [
        "invalid", "name = 'foo' AND invalid", "foo.bar = 'baz'", "invalid = 'foo'", "trace.tags.foo = 'bar'",
        "trace.status < 'OK'", "name IN ('foo')", "timestamp = 'x'", "timestamp LIKE '1'", "status = 1",
        "feedback.score > '3'", "feedback.score = 3", "span.colour = 'x'", "span.attributes. = 'x'",
        "span.content = 'x'", "text = 'x'", "issue.name = 'x'", "prompt LIKE 'a/1'", "prompt = 'a'", "tags.x = 'open",
        "status IN ()", "name RLIKE '('", "name RLIKE '(?=a)'", "metadata.`mlflow.trace.cost` LIKE 'x'", "AND",
        "name = 'a' OR name = 'b'", "timestamp > 1 timestamp < 2",
    ])
    func `A filter that cannot be read is refused`(_ filter: String) async throws {
        let fixture = try TraceFixture()
        #expect(await code { try await fixture.find(filter) } == "INVALID_PARAMETER_VALUE")
    }

    @Test(
        arguments: [
            (["timestamp"], "1234"), (["execution_time DESC"], "4132"), (["status", "timestamp"], "2134"),
            (["name"], "1432"), (["tag.fruit DESC"], "2143"), (["run_id"], "1432"), (["tag.none"], "4321"),
            (["metadata.`mlflow.trace.session`", "timestamp ASC"], "3412"), (["end_time"], "2314"),
            (["timestamp", "timestamp DESC"], nil), (["colour"], nil), (["timestamp UP"], nil), (["span.name"], nil),
        ] as [([String], String?)]
    )
    func `An order sorts traces, those without a value last`(_ order: [String], _ wanted: String?) async throws {
        let fixture = try await fixture()
        guard let wanted else {
            #expect(await code { try await fixture.find(nil, order: order) } == "INVALID_PARAMETER_VALUE")
            return
        }
        #expect(try await fixture.find(nil, order: order) == wanted)
    }

    @Test(arguments: [[], ["name"], ["tag.fruit DESC"], ["status", "execution_time"]] as [[String]])
    func `Pages join without a gap or a repeat, whatever is deleted between them`(_ order: [String]) async throws {
        let fixture = try await fixture()
        let whole = try await fixture.find(nil, order: order)
        var found = ""
        var token: String?
        repeat {
            let query = TraceStore.Query(experiments: [0], order: order, maximum: 1, token: token)
            let page = try await fixture.traces.search(query)
            found += page.elements.map { String($0.id.suffix(1)) }.joined()
            token = page.nextToken
            _ = try await fixture.traces.delete(.ids(page.elements.map(\.id)), in: 0, actor: "tester")
        } while token != nil
        #expect(found == whole)
    }

    @Test(arguments: ["x", "e30=", "eyJhZnRlciI6IFsxXX0="])
    func `A token of nothing or of another order is refused`(_ token: String) async throws {
        let fixture = try TraceFixture()
        let query = TraceStore.Query(experiments: [0], token: token)
        #expect(await code { try await fixture.traces.search(query).elements.count } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `Correlation counts traces and measures how they go together`() async throws {
        let fixture = try await fixture()
        let always = try await fixture.traces.correlation(
            of: "tags.fruit IS NOT NULL",
            and: "timestamp <= 2",
            base: nil,
            experiments: [0]
        )
        #expect(always == TraceStore.Correlation(total: 4, first: 2, second: 2, both: 2))
        #expect(abs(always.information - 1) < 1e-9)
        let never = try await fixture.traces.correlation(
            of: "status = 'ERROR'",
            and: "name = 'alpha'",
            base: "timestamp < 4",
            experiments: [0]
        )
        #expect(never == TraceStore.Correlation(total: 3, first: 1, second: 1, both: 0))
        #expect(never.information == -1)
        #expect(TraceStore.Correlation(total: 4, first: 0, second: 1, both: 0).information.isNaN)
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [("(a+)+$", false), ("(a|a)*b", false), ("a{0,200}a{0,200}c", false), ("a*a*a*a*$", true)]
    )
    func `A pattern that makes other engines wait for ever is answered at once`(
        _ pattern: String,
        _ matches: Bool
    ) async throws {
        let fixture = try TraceFixture()
        let name = String(repeating: "a", count: 4000) + (matches ? "" : "!")
        try await fixture.start("tr-1", tags: [KeyValue("mlflow.traceName", name)])
        #expect(try await fixture.find("name RLIKE '\(pattern)'") == (matches ? "1" : ""))
    }
}
