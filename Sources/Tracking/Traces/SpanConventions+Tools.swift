import Primitives

/// Conventions of programs with spans of their own: Claude Code, Gemini CLI, and chat calls of the Vercel AI SDK.
extension SpanConventions {
    /// Gemini CLI: GenAI's attributes with other names of operations; messages are wrapped as Gemini's library has them.
    static let geminiCLI = SpanConventions(
        kindRule: { known in
            guard isGemini(known), let operation = known.plain("gen_ai.operation.name") else { return nil }
            return ["llm_call": "LLM", "tool_call": "TOOL", "agent_call": "AGENT"][operation]
        },
        inputRule: { known in isGemini(known) ? known.first(genAI.inputs).map { geminiInput($0, known) } : nil },
        outputRule: { known in isGemini(known) ? known.first(genAI.outputs).map(geminiOutput) : nil },
        formatRule: { isGemini($0) ? "gemini" : nil }
    )

    private static func isGemini(_ known: SpanAttributes) -> Bool { known.plain("gen_ai.agent.name") == "gemini-cli" }

    private static func geminiInput(_ text: String, _ known: SpanAttributes) -> String {
        switch OrderedJSON.parse(text) {
        case .array(let messages)?:
            // The system's prompt is sent in the user's name.
            let isSystem = known.plain("gen_ai.operation.name") == "system_prompt"
            let contents = isSystem ? messages.map { $0.replacing("role", "user", with: "system") } : messages
            return OrderedJSON.members(("contents", .array(contents))).written
        case .string(let prompt)?: return OrderedJSON.members(("contents", .string(prompt))).written
        default: return text
        }
    }

    /// One message a piece of the stream becomes one candidate.
    private static func geminiOutput(_ text: String) -> String {
        guard case .array(let messages)? = OrderedJSON.parse(text) else { return text }
        let parts = messages.flatMap { $0["parts"]?.elements ?? [] }
        guard !parts.isEmpty else { return text }
        let content = OrderedJSON.members(("role", "model"), ("parts", .array(parts)))
        return OrderedJSON.members(("candidates", .array([.members(("content", content))]))).written
    }

    /// Claude Code and its SDK: `claude_code.` spans, whose contents are there only when the user asked for it.
    static let claudeCode = SpanConventions(
        kindRule: { known in
            claudeSpan(known).flatMap { ["interaction": "AGENT", "llm_request": "LLM", "tool": "TOOL"][$0] }
        },
        tokenRule: claudeTokens,
        inputRule: { known in
            switch claudeSpan(known) {
            case "interaction": known.shown("user_prompt") ?? known.shown("new_context")
            case "llm_request": known.shown("new_context")
            case "tool": known.shown("tool_input") ?? claudeToolDetails(known)
            default: nil
            }
        },
        outputRule: { known in
            switch claudeSpan(known) {
            case "llm_request": known.shown("response.model_output")
            case "tool": known.shown("new_context")
            default: nil
            }
        },
        outputEvents: { events, known in
            guard claudeSpan(known) == "tool" else { return nil }
            let output = events.lazy.filter { $0.name == "tool.output" }
                .flatMap { event in ["output", "content", "diff"].compactMap { event.value($0)?.unwrapped } }
                .first { !$0.isEmpty && $0.stringValue != SpanAttributes.redacted }
            return output?.written
        }
    )

    /// The span's sort; some versions leave the prefix out.
    private static func claudeSpan(_ known: SpanAttributes) -> String? {
        guard let name = known.plain("span.type") else { return nil }
        let bare = name.hasPrefix("claude_code.") ? String(name.dropFirst(12)) : name
        return ["interaction", "llm_request", "tool"].contains(bare) ? bare : nil
    }

    /// Claude counts cached tokens apart; MLflow's input has them in.
    @Sendable
    private static func claudeTokens(_ known: SpanAttributes) -> Tokens {
        guard claudeSpan(known) == "llm_request" else { return Tokens() }
        func count(_ key: String) -> Int64? {
            known.value(key)?.integerValue.flatMap { (0...Int64(1) << 48).contains($0) ? $0 : nil }
        }
        let (reads, writes) = (count("cache_read_tokens"), count("cache_creation_tokens"))
        return Tokens(
            input: count("input_tokens").map { $0 + (reads ?? 0) + (writes ?? 0) },
            output: count("output_tokens"),
            cacheReads: reads,
            cacheWrites: writes
        )
    }

    private static func claudeToolDetails(_ known: SpanAttributes) -> String? {
        let details = ["full_command", "file_path", "skill_name", "subagent_type"].compactMap { key in
            known.shown(key).map { OrderedJSON.Member(key, OrderedJSON.parse($0) ?? .string($0)) }
        }
        return details.isEmpty ? nil : OrderedJSON.object(details).written
    }

    /// Whether the span is one call of a model, whose prompt and answer lie in many attributes.
    static func isVercelChat(_ known: SpanAttributes) -> Bool {
        ["ai.generateText.doGenerate", "ai.streamText.doStream"].contains(known.plain("ai.operationId"))
    }

    /// The attributes below a prefix as one object; texts that are JSON are opened.
    static func vercelMembers(_ known: SpanAttributes, below prefix: String) -> String? {
        let members = known.entries.filter { $0.key.hasPrefix(prefix) }.map { entry in
            let name = String(entry.key.dropFirst(prefix.count))
            let value = (OrderedJSON.parse(entry.text) ?? .string(entry.text)).unwrapped.unwrapped
            guard name == "tools", let tools = value.elements else { return OrderedJSON.Member(name, value) }
            return OrderedJSON.Member(name, .array(tools.map(\.unwrapped.unwrapped)))
        }
        return members.isEmpty ? nil : OrderedJSON.object(members).written
    }
}

extension SpanAttributes {
    /// What Claude Code writes in place of what it may not show.
    static let redacted = "<REDACTED>"

    /// The JSON text of an attribute that holds something and may be shown.
    fileprivate func shown(_ key: String) -> String? { plain(key) == Self.redacted ? nil : first([key]) }
}

extension OrderedJSON {
    /// The object with one member's text replaced, when it is that text.
    fileprivate func replacing(_ key: String, _ old: String, with new: String) -> OrderedJSON {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { $0.key == key && $0.value.stringValue == old ? Member(key, .string(new)) : $0 }
        )
    }
}
