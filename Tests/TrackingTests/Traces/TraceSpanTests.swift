import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct TraceSpanTests {
    private func usage(_ input: Int64, _ output: Int64) -> (String, OrderedJSON) {
        (
            "mlflow.chat.tokenUsage",
            .members(
                ("input_tokens", .integer(input)),
                ("output_tokens", .integer(output)),
                ("total_tokens", .integer(input + output))
            )
        )
    }

    @Test func `Spans make a trace of their time, end, previews, session, user and tags`() async throws {
        let fixture = try TraceFixture()
        let root = try span(
            "root",
            trace: 1,
            id: 1,
            start: 5_000_000_000,
            end: 9_000_000_000,
            status: .error,
            attributes: [
                ("mlflow.spanInputs", .members(("messages", .array([.members(("role", "user"), ("content", "hi"))])))),
                ("mlflow.spanOutputs", "done"), ("session.id", "s1"), ("user.id", "u1"), ("mlflow.traceTag.team", "a"),
                ("mlflow.traceTag.mlflow.traceName", "named"),
            ],
            resource: [("service.name", "web"), ("telemetry.sdk.name", "x"), ("mlflow.trace.spansLocation", "x")]
        )
        let child = try span("child", trace: 1, id: 2, parent: 1, start: 4_000_000_000, end: 6_000_000_000)
        try await fixture.traces.log([child, root], in: 0, actor: "tester")
        let info = try await fixture.traces.info(traceID(1))
        #expect(
            info
                == TraceInfo(
                    id: traceID(1),
                    experimentID: 0,
                    requestTime: 4000,
                    duration: 5000,
                    state: .error,
                    requestPreview: "hi",
                    responsePreview: "\"done\"",
                    metadata: [KeyValue("mlflow.trace.user", "u1"), KeyValue("mlflow.trace.session", "s1")],
                    tags: [
                        KeyValue("mlflow.artifactLocation", "mlflow-artifacts:/0/traces/\(traceID(1))/artifacts"),
                        KeyValue("mlflow.trace.spansLocation", "TRACKING_STORE"), KeyValue("service.name", "web"),
                        KeyValue("team", "a"), KeyValue("mlflow.traceName", "named"),
                    ]
                )
        )
        let names = try await fixture.traces.trace(traceID(1), partial: true)?.spans.map {
            OrderedJSON.parse($0)?["name"]?.stringValue
        }
        #expect(names == ["root", "child"])
    }

    @Test func `A trace without its root is in progress until the root comes`() async throws {
        let fixture = try TraceFixture()
        try await fixture.traces.log([span("child", trace: 1, id: 2, parent: 1)], in: 0, actor: "tester")
        #expect(try await fixture.traces.info(traceID(1)).state == .inProgress)
        try await fixture.traces.log([span("root", trace: 1, id: 1, status: .unset)], in: 0, actor: "tester")
        #expect(try await fixture.traces.info(traceID(1)).state == .ok)
        #expect(try await fixture.kinds() == ["tracking.trace.created"])
    }

    @Test func `Tokens of a span include those below it, over several calls and when spans are sent again`()
        async throws
    {
        let fixture = try TraceFixture()
        func total() async throws -> String? {
            try await fixture.traces.info(traceID(1)).metadata("mlflow.trace.tokenUsage")
        }
        let left = try span("l", trace: 1, id: 2, parent: 1, attributes: [usage(1, 2)])
        let right = try span("r", trace: 1, id: 3, parent: 1, attributes: [usage(10, 20)])
        try await fixture.traces.log([left], in: 0, actor: "tester")
        try await fixture.traces.log([right, left], in: 0, actor: "tester")
        #expect(try await total() == "{\"input_tokens\": 11, \"output_tokens\": 22, \"total_tokens\": 33}")
        let root = try span("root", trace: 1, id: 1, attributes: [usage(100, 200)])
        try await fixture.traces.log([root], in: 0, actor: "tester")
        #expect(try await total() == "{\"input_tokens\": 100, \"output_tokens\": 200, \"total_tokens\": 300}")
    }

    @Test func `Tokens that the client gave at the end stand`() async throws {
        let fixture = try TraceFixture()
        let given = KeyValue("mlflow.trace.tokenUsage", "{\"input_tokens\": 7}")
        try await fixture.start(traceID(1), at: 9000, for: 1, metadata: [given])
        try await fixture.traces.log([span("s", trace: 1, id: 1, attributes: [usage(1, 1)])], in: 0, actor: "tester")
        let info = try await fixture.traces.info(traceID(1))
        #expect(info.metadata("mlflow.trace.tokenUsage") == given.value)
        #expect(info.requestTime == 9000)
    }

    @Test func `A trace is whole when as many spans are there as the client counted`() async throws {
        let fixture = try TraceFixture()
        try await fixture.start(traceID(1), metadata: [KeyValue("mlflow.trace.sizeStats", "{\"num_spans\": 2}")])
        try await fixture.traces.log([span("a", trace: 1, id: 1)], in: 0, actor: "tester")
        #expect(try await fixture.traces.trace(traceID(1), partial: false) == nil)
        #expect(try await fixture.traces.traces([traceID(1)]).isEmpty)
        #expect(try await fixture.traces.trace(traceID(1), partial: true)?.spans.count == 1)
        try await fixture.traces.log([span("b", trace: 1, id: 2, parent: 1)], in: 0, actor: "tester")
        #expect(try await fixture.traces.trace(traceID(1), partial: false)?.spans.count == 2)
    }

    @Test func `Spans kept elsewhere are not looked for here`() async throws {
        let fixture = try TraceFixture()
        try await fixture.start("tr-1")
        #expect(await code { try await fixture.traces.trace("tr-1", partial: true)?.spans } == "INTERNAL_ERROR")
        #expect(await code { try await fixture.traces.trace("no", partial: true)?.spans } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test func `A batch with one bad part leaves nothing behind`() async throws {
        let fixture = try TraceFixture()
        #expect(
            await code { try await fixture.traces.log([span("s", trace: 1, id: 1)], in: 99, actor: "tester") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        #expect(await code { try span("s", trace: 1, id: 1).traceID } == nil)
        #expect(
            await code { try TraceSpan(traceID: [1], spanID: [], parentID: [], name: "", start: 0, end: 0).traceID }
                == "span_invalid"
        )
        #expect(await code { try await fixture.traces.info(traceID(1)) } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test(arguments: [
        (("openinference.span.kind", "RETRIEVER"), "span.type = 'RETRIEVER'"),
        (("gen_ai.operation.name", "chat"), "span.type = 'CHAT_MODEL'"),
        (("traceloop.span.kind", "workflow"), "span.type = 'WORKFLOW'"),
        (("ai.operationId", "ai.toolCall"), "span.type = 'TOOL'"),
        (("input.value", "question"), "span.attributes.`mlflow.spanInputs` = 'question'"),
        (("gen_ai.output.messages", "answer"), "span.attributes.`mlflow.spanOutputs` = 'answer'"),
        (("gen_ai.request.model", "m1"), "span.attributes.`mlflow.llm.model` = 'm1'"),
        (("llm.provider", "p1"), "span.attributes.`mlflow.llm.provider` = 'p1'"),
    ])
    func `Attributes of other conventions are known under MLflow's names`(
        _ attribute: (String, String),
        _ filter: String
    ) async throws {
        let fixture = try TraceFixture()
        let attributes = [(attribute.0, OrderedJSON.string(attribute.1))]
        try await fixture.traces.log([span("s", trace: 1, id: 1, attributes: attributes)], in: 0, actor: "tester")
        #expect(try await fixture.find(filter) == "1")
    }

    @Test func `Token counts of other conventions are summed`() async throws {
        let fixture = try TraceFixture()
        let counts: [(String, OrderedJSON)] = [
            ("gen_ai.usage.input_tokens", .integer(3)), ("gen_ai.usage.output_tokens", "4"),
        ]
        try await fixture.traces.log([span("s", trace: 1, id: 1, attributes: counts)], in: 0, actor: "tester")
        #expect(
            try await fixture.traces.info(traceID(1)).metadata("mlflow.trace.tokenUsage")
                == "{\"input_tokens\": 3, \"output_tokens\": 4, \"total_tokens\": 7}"
        )
    }
}
