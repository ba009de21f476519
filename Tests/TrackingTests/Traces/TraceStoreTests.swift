import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct TraceStoreTests {
    @Test func `A trace is kept as it was sent, with the place of its files`() async throws {
        let fixture = try TraceFixture()
        let info = try await fixture.start(
            "tr-1",
            at: 100,
            for: 20,
            client: "c",
            metadata: [
                KeyValue("mlflow.trace.session", "s"), KeyValue("rq", "foo"),
                KeyValue("mlflow.trace.tokenUsage", "{\"input_tokens\": 3, \"total_tokens\": 3}"),
            ],
            tags: [KeyValue("mlflow.traceName", "named"), KeyValue("tag", "bar")]
        )
        #expect(
            info
                == TraceInfo(
                    id: "tr-1",
                    experimentID: 0,
                    requestTime: 100,
                    duration: 20,
                    state: .ok,
                    clientRequestID: "c",
                    metadata: [
                        KeyValue("mlflow.trace.infoFinalized", "true"), KeyValue("rq", "foo"),
                        KeyValue("mlflow.trace.session", "s"),
                        KeyValue("mlflow.trace.tokenUsage", "{\"input_tokens\": 3, \"total_tokens\": 3}"),
                    ],
                    tags: [
                        KeyValue("mlflow.artifactLocation", "mlflow-artifacts:/0/traces/tr-1/artifacts"),
                        KeyValue("tag", "bar"), KeyValue("mlflow.traceName", "named"),
                    ]
                )
        )
        #expect(try await fixture.traces.info("tr-1") == info)
        #expect(try await fixture.kinds() == ["tracking.trace.created"])
    }

    @Test func `A refused trace leaves nothing behind`() async throws {
        let fixture = try TraceFixture()
        #expect(await code { try await fixture.start("tr-1", experiment: 9) } == "RESOURCE_DOES_NOT_EXIST")
        let long = KeyValue("mlflow.trace.session", String(repeating: "s", count: 300))
        #expect(await code { try await fixture.start("tr-1", metadata: [long]) } == "INVALID_PARAMETER_VALUE")
        #expect(await code { try await fixture.start("") } == "INVALID_PARAMETER_VALUE")
        #expect(await code { try await fixture.traces.info("tr-1") } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await fixture.kinds().isEmpty)
    }

    @Test func `What the client says at the end replaces what spans said, and joins tags`() async throws {
        let fixture = try TraceFixture()
        let attributes: [(String, OrderedJSON)] = [("mlflow.spanInputs", .members(("q", "hi")))]
        try await fixture.traces.log([span("root", trace: 1, id: 1, attributes: attributes)], in: 0, actor: "tester")
        let info = try await fixture.start(traceID(1), at: 5, for: 7, state: .error, tags: [KeyValue("a", "b")])
        #expect([info.requestTime, info.duration] == [5, 7])
        #expect(info.state == .error)
        #expect(info.requestPreview == "{\"q\": \"hi\"}")
        #expect(info.tag("mlflow.trace.spansLocation") == "TRACKING_STORE")
        #expect(info.tag("a") == "b")
    }

    @Test func `Tags are set, renamed and deleted; the server's own are not touched`() async throws {
        let fixture = try TraceFixture()
        try await fixture.start("tr-1", tags: [KeyValue("mlflow.traceName", "old")])
        try await fixture.traces.set(tag: KeyValue("k", String(repeating: "v", count: 9000)), on: "tr-1")
        try await fixture.traces.set(tag: KeyValue("mlflow.traceName", "new"), on: "tr-1")
        let info = try await fixture.traces.info("tr-1")
        #expect(info.tag("k")?.count == 8000)
        #expect(info.tag("mlflow.traceName") == "new")
        try await fixture.traces.delete(tag: "k", of: "tr-1")
        try await fixture.traces.delete(tag: "mlflow.traceName", of: "tr-1")
        for key in ["k", "mlflow.traceName"] {
            #expect(await code { try await fixture.traces.delete(tag: key, of: "tr-1") } == "RESOURCE_DOES_NOT_EXIST")
        }
        let own = KeyValue("mlflow.trace.spansLocation", "x")
        #expect(await code { try await fixture.traces.set(tag: own, on: "tr-1") } == "INVALID_PARAMETER_VALUE")
        #expect(await code { try await fixture.traces.delete(tag: own.key, of: "tr-1") } == "INVALID_PARAMETER_VALUE")
        #expect(
            await code { try await fixture.traces.set(tag: KeyValue("k", "v"), on: "no") } == "RESOURCE_DOES_NOT_EXIST"
        )
    }

    @Test func `Traces are deleted by id within their experiment, and by time from the oldest`() async throws {
        let fixture = try TraceFixture()
        let other = try await fixture.experiments.create(name: "other", artifactLocation: nil, tags: [], actor: "t")
        for index in 0..<6 { try await fixture.start("tr-\(index)", at: Int64(index)) }
        try await fixture.start("tr-9", experiment: other)
        try await fixture.traces.log([span("s", trace: 7, id: 1)], in: 0, actor: "tester")
        #expect(try await fixture.traces.delete(.ids(["tr-5", "tr-9", traceID(7)]), in: 0, actor: "tester") == 2)
        #expect(try await fixture.traces.delete(.until(3, limit: 2), in: 0, actor: "tester") == 2)
        #expect(try await fixture.find(nil) == "432")
        #expect(try await fixture.traces.delete(.until(9, limit: nil), in: 0, actor: "tester") == 3)
        #expect(try await fixture.traces.info("tr-9").id == "tr-9")
        #expect(try await fixture.kinds().filter { $0 == "tracking.trace.deleted" }.count == 3)
    }

    @Test func `A legacy trace is begun, ended and found`() async throws {
        let fixture = try TraceFixture()
        let begun = try await fixture.traces.begin(
            in: 0,
            at: 100,
            metadata: [KeyValue("rq", "1")],
            tags: [KeyValue("a", "1"), KeyValue("mlflow.traceName", "n")],
            actor: "tester"
        )
        #expect(begun.state == .inProgress)
        let ended = try await fixture.traces.end(
            begun.id,
            at: 130,
            state: .ok,
            metadata: [KeyValue("rq", "2")],
            tags: [KeyValue("b", "2")]
        )
        #expect(ended.duration == 30)
        #expect(ended.metadata == [KeyValue("rq", "2")])
        #expect(["a", "b", "mlflow.traceName"].map { ended.tag($0) } == ["1", "2", "n"])
        #expect(
            await code { try await fixture.traces.end("no", at: 1, state: .ok, metadata: [], tags: []) }
                == "RESOURCE_DOES_NOT_EXIST"
        )
    }

    @Test func `A link to a run may come before the trace; one to a prompt may not`() async throws {
        let fixture = try TraceFixture()
        try await fixture.traces.link(["tr-1", "tr-1"], to: .run("r"), actor: "tester")
        try await fixture.start("tr-1")
        try await fixture.start("tr-2", metadata: [KeyValue("mlflow.sourceRun", "r")])
        try await fixture.start("tr-3")
        #expect(try await fixture.find("run_id = 'r'") == "12")
        try await fixture.traces.link(["tr-3"], to: .prompts(["qa/1", "qa/2"]), actor: "tester")
        #expect(try await fixture.find("prompt = 'qa/2'") == "3")
        #expect(
            await code { try await fixture.traces.link(["no"], to: .prompts(["qa/1"]), actor: "t") }
                == "RESOURCE_DOES_NOT_EXIST"
        )
        let many = (0...100).map { "tr-\($0)" }
        #expect(
            await code { try await fixture.traces.link(many, to: .run("r"), actor: "t") } == "INVALID_PARAMETER_VALUE"
        )
    }
}
