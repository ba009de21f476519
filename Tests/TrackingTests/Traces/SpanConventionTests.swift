import Primitives
import TestSupport
import Testing
import Tracking

/// What spans of other libraries become, as clients read them back.
@Suite struct SpanConventionTests {
    typealias Attributes = [(String, OrderedJSON)]

    private func stored(
        _ attributes: Attributes,
        events: [(String, Attributes)] = []
    ) async throws -> (String) -> String? {
        let fixture = try TraceFixture()
        let span = try TraceSpan(
            traceID: [1],
            spanID: [1],
            parentID: [],
            name: "s",
            start: 1,
            end: 2,
            attributes: attributes.map { OrderedJSON.Member($0, $1) },
            events: events.map { name, values in
                TraceSpan.Event(name: name, nanoseconds: 1, attributes: values.map { OrderedJSON.Member($0, $1) })
            }
        )
        try await fixture.traces.log([span], in: 0, actor: "tester")
        let content = try await fixture.traces.trace(span.traceID, partial: true)?.spans.first ?? ""
        let known = OrderedJSON.parse(content)?["attributes"]
        return { known?["mlflow.\($0)"]?.stringValue }
    }

    private func message(_ role: String, _ text: String) -> OrderedJSON {
        .members(("role", .string(role)), ("parts", .array([.members(("text", .string(text)))])))
    }

    @Test func `Claude Code's request counts its cached tokens, and shows nothing that is redacted`() async throws {
        let known = try await stored([
            ("span.type", "llm_request"), ("new_context", "<REDACTED>"), ("response.model_output", "fine"),
            ("input_tokens", .integer(5)), ("output_tokens", .integer(7)), ("cache_read_tokens", .integer(100)),
            ("cache_creation_tokens", .integer(20)),
        ])
        #expect(known("spanType") == "\"LLM\"")
        #expect(known("spanInputs") == nil)
        #expect(known("spanOutputs") == "\"fine\"")
        #expect(
            known("chat.tokenUsage")
                == "{\"input_tokens\": 125, \"output_tokens\": 7, \"total_tokens\": 132, "
                + "\"cache_read_input_tokens\": 100, \"cache_creation_input_tokens\": 20}"
        )
    }

    @Test func `Claude Code's tool gives its details and its output event`() async throws {
        let known = try await stored(
            [("span.type", "claude_code.tool"), ("full_command", "ls"), ("file_path", "/a")],
            events: [("tool.output", [("output", "<REDACTED>"), ("content", "a b")])]
        )
        #expect(known("spanType") == "\"TOOL\"")
        #expect(known("spanInputs") == "{\"full_command\": \"ls\", \"file_path\": \"/a\"}")
        #expect(known("spanOutputs") == "\"a b\"")
    }

    @Test func `Gemini CLI's messages are wrapped as Gemini's library has them`() async throws {
        let known = try await stored([
            ("gen_ai.agent.name", "gemini-cli"), ("gen_ai.operation.name", "llm_call"),
            ("gen_ai.input.messages", .array([message("user", "hi")])),
            ("gen_ai.output.messages", .array([message("model", "a"), message("model", "b")])),
        ])
        #expect(known("spanType") == "\"LLM\"")
        #expect(known("message.format") == "\"gemini\"")
        #expect(known("spanInputs") == "{\"contents\": [{\"role\": \"user\", \"parts\": [{\"text\": \"hi\"}]}]}")
        #expect(
            known("spanOutputs")
                == "{\"candidates\": [{\"content\": {\"role\": \"model\", \"parts\": [{\"text\": \"a\"}, {\"text\": \"b\"}]}}]}"
        )
    }

    @Test func `A chat call of the Vercel AI SDK is put together from its attributes`() async throws {
        let known = try await stored([
            ("ai.operationId", "ai.generateText.doGenerate"), ("ai.prompt.messages", "[{\"role\":\"user\"}]"),
            ("ai.prompt.tools", .array(["{\"name\":\"t\"}"])), ("ai.response.text", "yes"),
            ("ai.response.finishReason", "stop"),
        ])
        #expect(known("spanType") == "\"LLM\"")
        #expect(known("message.format") == "\"vercel_ai\"")
        #expect(known("spanInputs") == "{\"messages\": [{\"role\": \"user\"}], \"tools\": [{\"name\": \"t\"}]}")
        #expect(known("spanOutputs") == "{\"text\": \"yes\", \"finishReason\": \"stop\"}")
    }

    @Test func `LiveKit's kind follows its attributes, and its messages come from events`() async throws {
        let known = try await stored(
            [("lk.room_name", "r"), ("lk.function_tools", "[]")],
            events: [
                ("gen_ai.system.message", [("content", "be kind")]), ("gen_ai.user.message", [("content", "hi")]),
                ("gen_ai.choice", [("content", "hello"), ("role", "agent")]),
            ]
        )
        #expect(known("spanType") == "\"TOOL\"")
        #expect(known("message.format") == "\"livekit\"")
        #expect(
            known("spanInputs")
                == "[{\"role\": \"system\", \"content\": \"be kind\"}, {\"role\": \"user\", \"content\": \"hi\"}]"
        )
        #expect(known("spanOutputs") == "[{\"role\": \"agent\", \"content\": \"hello\"}]")
    }

    @Test func `Spring AI's prompt and completion come from events, past one that is empty`() async throws {
        let known = try await stored(
            [("gen_ai.operation.name", "chat")],
            events: [
                ("gen_ai.content.prompt", [("gen_ai.prompt", "")]), ("gen_ai.content.prompt", [("gen_ai.prompt", "q")]),
                ("gen_ai.content.completion", [("gen_ai.completion", "a")]),
            ]
        )
        #expect(
            [known("spanType"), known("spanInputs"), known("spanOutputs")] == ["\"CHAT_MODEL\"", "\"q\"", "\"a\""]
        )
    }

    @Test(arguments: [
        ("gen_ai.prompt.3.content", "spanInputs"), ("gen_ai.completion.0.tool_calls.1.arguments", "spanInputs"),
        ("gen_ai.completion.2.content", "spanOutputs"),
    ])
    func `Traceloop's numbered messages are found whatever their number`(_ key: String, _ wanted: String) async throws {
        #expect(try await stored([(key, "text")])(wanted) == "\"text\"")
    }

    @Test func `VoltAgent's and Laminar's spans name their format, and VoltAgent's its tokens`() async throws {
        let agent = try await stored([
            ("voltagent.operation_id", "1"), ("span.type", "llm"), ("llm.usage.prompt_tokens", .integer(2)),
            ("llm.usage.completion_tokens", .integer(3)),
        ])
        #expect(agent("message.format") == "\"voltagent\"")
        #expect(agent("chat.tokenUsage") == "{\"input_tokens\": 2, \"output_tokens\": 3, \"total_tokens\": 5}")
        #expect(try await stored([("lmnr.span.type", "LLM")])("message.format") == "\"openai\"")
    }

    @Test func `What MLflow's own attributes say stays`() async throws {
        let known = try await stored([
            ("mlflow.spanType", "\"CHAIN\""), ("mlflow.spanInputs", "\"mine\""), ("gen_ai.operation.name", "chat"),
            ("gen_ai.input.messages", "theirs"),
        ])
        #expect(known("spanType") == "\"CHAIN\"")
        #expect(known("spanInputs") == "\"mine\"")
    }
}
