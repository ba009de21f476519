import Primitives

/// Conventions that put messages into events, or that tell their kind by more than one attribute.
extension SpanConventions {
    /// Spring AI: GenAI's attributes, with what went in and out in two events.
    static let springAI = SpanConventions(
        inputEvents: { events, _ in content("prompt", events) },
        outputEvents: { events, _ in content("completion", events) }
    )

    /// LiveKit Agents: GenAI's attributes and message events, and `lk.` attributes for speech, turns and tools.
    static let liveKit = SpanConventions(
        kindRule: liveKitKind,
        inputs: ["lk.user_input", "lk.user_transcript", "lk.chat_ctx", "lk.input_text"],
        outputs: ["lk.response.text", "lk.response.function_calls"],
        inputEvents: { events, _ in
            messages(in: events) { name in
                ["system", "user", "assistant"].first { name == "gen_ai.\($0).message" }
            }
        },
        outputEvents: { events, _ in messages(in: events) { $0 == "gen_ai.choice" ? "assistant" : nil } },
        formatRule: { known in known.entries.contains { $0.key.hasPrefix("lk.") } ? "livekit" : nil }
    )

    @Sendable
    private static func liveKitKind(_ known: SpanAttributes) -> String? {
        if known["gen_ai.request.model"] != nil { return "LLM" }
        if let kind = known.plain("gen_ai.operation.name").flatMap({ genAIKinds[$0.lowercased()] }) { return kind }
        for entry in known.entries where entry.key.hasPrefix("lk.") {
            switch entry.key {
            case "lk.retry_count": return "LLM"
            case "lk.agent_name", "lk.instructions", "lk.generation_id": return "AGENT"
            case "lk.input_text", "lk.user_transcript", "lk.transcript_confidence", "lk.transcription_delay":
                return "UNKNOWN"
            case let key where key.hasPrefix("lk.function_tool"): return "TOOL"
            case let key where key.hasPrefix("lk.tts"): return "UNKNOWN"
            default: continue
            }
        }
        return nil
    }

    /// `gen_ai.content.prompt` and `gen_ai.content.completion`: events that carry what went in and out.
    private static func content(_ what: String, _ events: [TraceSpan.Event]) -> String? {
        for event in events where event.name == "gen_ai.content.\(what)" {
            guard let value = event.value("gen_ai.\(what)"), !value.isEmpty else { continue }
            return value.stringValue.map(quoted) ?? value.written
        }
        return nil
    }

    /// Messages of events, as a list of roles and contents; the closure gives the role of an event that is a message.
    private static func messages(in events: [TraceSpan.Event], role: (String) -> String?) -> String? {
        let messages = events.compactMap { event -> OrderedJSON? in
            guard let standard = role(event.name), let content = event.value("content"), !content.isEmpty else {
                return nil
            }
            // Only the answer's event names its role.
            let said = event.name == "gen_ai.choice" ? event.value("role")?.unwrapped : nil
            return .members(("role", said ?? .string(standard)), ("content", content.unwrapped))
        }
        return messages.isEmpty ? nil : OrderedJSON.array(messages).written
    }
}

extension TraceSpan.Event {
    /// The last value of that name.
    func value(_ key: String) -> OrderedJSON? { attributes.last { $0.key == key }?.value }
}

extension OrderedJSON {
    /// What a text that is JSON stands for, else the value itself.
    var unwrapped: OrderedJSON { stringValue.flatMap(OrderedJSON.parse) ?? self }
}

extension SpanAttributes {
    /// The JSON text of the first attribute of such a name that holds something.
    func first(where isWanted: (String) -> Bool) -> String? {
        entries.first { isWanted($0.key) && !(OrderedJSON.parse($0.text)?.isEmpty ?? false) }?.text
    }
}
