extension SpanConventions {
    /// Every convention, the most telling first.
    static let all = [
        openInference, geminiCLI, claudeCode, genAI, springAI, traceloop, googleADK, vercel, voltAgent, liveKit,
        laminar,
        langfuse,
    ]

    private static let openInference = SpanConventions(
        kindKeys: ["openinference.span.kind"],
        kinds: [
            "TOOL": "TOOL", "CHAIN": "CHAIN", "LLM": "LLM", "RETRIEVER": "RETRIEVER", "EMBEDDING": "EMBEDDING",
            "AGENT": "AGENT", "RERANKER": "RERANKER", "UNKNOWN": "UNKNOWN", "GUARDRAIL": "GUARDRAIL",
            "EVALUATOR": "EVALUATOR",
        ],
        inputTokens: ["llm.token_count.prompt"],
        outputTokens: ["llm.token_count.completion"],
        totalTokens: ["llm.token_count.total"],
        cacheReads: ["llm.token_count.prompt_details.cache_read"],
        cacheWrites: ["llm.token_count.prompt_details.cache_write"],
        inputs: ["input.value"],
        outputs: ["output.value"],
        models: ["llm.response.model_name", "llm.model_name", "llm.request.model_name", "embedding.model_name"],
        providers: ["llm.provider"]
    )

    static let genAIKinds = [
        "chat": "CHAT_MODEL", "create_agent": "AGENT", "embeddings": "EMBEDDING", "execute_tool": "TOOL",
        "generate_content": "LLM", "invoke_agent": "AGENT", "text_completion": "LLM", "response": "LLM",
    ]

    static let genAI = SpanConventions(
        kindKeys: ["gen_ai.operation.name"],
        kinds: genAIKinds,
        inputTokens: ["gen_ai.usage.input_tokens"],
        outputTokens: ["gen_ai.usage.output_tokens"],
        cacheReads: ["gen_ai.usage.cache_read.input_tokens"],
        cacheWrites: ["gen_ai.usage.cache_write.input_tokens", "gen_ai.usage.cache_creation.input_tokens"],
        inputs: ["gen_ai.input.messages", "gen_ai.tool.call.arguments"],
        outputs: ["gen_ai.output.messages", "gen_ai.tool.call.result"],
        models: ["gen_ai.response.model", "gen_ai.request.model"],
        providers: ["gen_ai.provider.name"],
        tools: ["gen_ai.tool.definitions"]
    )

    private static let traceloop = SpanConventions(
        kindKeys: ["traceloop.span.kind"],
        kinds: ["workflow": "WORKFLOW", "task": "TASK", "agent": "AGENT", "tool": "TOOL", "unknown": "UNKNOWN"],
        inputTokens: ["gen_ai.usage.prompt_tokens"],
        outputTokens: ["gen_ai.usage.completion_tokens"],
        totalTokens: ["llm.usage.total_tokens"],
        inputRule: { known in
            known.first(["traceloop.entity.input"])
                ?? known.first {
                    $0.hasPrefix("gen_ai.prompt.") && $0.wholeMatch(of: /gen_ai\.prompt\.\d+\.content/) != nil
                }
                ?? known.first {
                    $0.hasPrefix("gen_ai.completion.")
                        && $0.wholeMatch(of: /gen_ai\.completion\.\d+\.tool_calls\.\d+\.arguments/) != nil
                }
        },
        outputRule: { known in
            known.first(["traceloop.entity.output"])
                ?? known.first {
                    $0.hasPrefix("gen_ai.completion.") && $0.wholeMatch(of: /gen_ai\.completion\.\d+\.content/) != nil
                }
        },
        providers: ["gen_ai.system"]
    )

    private static let googleADK = SpanConventions(
        inputs: ["gcp.vertex.agent.llm_request", "gcp.vertex.agent.tool_call_args"],
        outputs: ["gcp.vertex.agent.llm_response", "gcp.vertex.agent.tool_response"]
    )

    private static let vercel = SpanConventions(
        kindKeys: ["ai.operationId"],
        kinds: [
            "ai.generateText": "LLM", "ai.generateText.doGenerate": "LLM", "ai.toolCall": "TOOL",
            "ai.streamText": "LLM", "ai.streamText.doStream": "LLM", "ai.generateObject": "LLM",
            "ai.generateObject.doGenerate": "LLM", "ai.streamObject": "LLM", "ai.streamObject.doStream": "LLM",
            "ai.embed": "EMBEDDING", "ai.embed.doEmbed": "EMBEDDING", "ai.embedMany": "EMBEDDING",
        ],
        inputs: ["ai.prompt", "ai.toolCall.args", "ai.value", "ai.values", "ai.prompt.messages"],
        outputs: ["ai.response.text", "ai.toolCall.result", "ai.response.object", "ai.embedding", "ai.embeddings"],
        inputRule: { isVercelChat($0) ? vercelMembers($0, below: "ai.prompt.") : nil },
        outputRule: { isVercelChat($0) ? vercelMembers($0, below: "ai.response.") : nil },
        formatRule: { isVercelChat($0) ? "vercel_ai" : nil }
    )

    private static let voltAgent = SpanConventions(
        kindKeys: ["span.type", "entity.type"],
        kinds: ["agent": "AGENT", "llm": "LLM", "tool": "TOOL", "memory": "MEMORY"],
        inputTokens: ["usage.prompt_tokens", "llm.usage.prompt_tokens"],
        outputTokens: ["usage.completion_tokens", "llm.usage.completion_tokens"],
        totalTokens: ["usage.total_tokens", "llm.usage.total_tokens"],
        inputs: ["agent.messages", "llm.messages", "input"],
        outputs: ["output"],
        formatRule: { known in
            known["voltagent.operation_id"] != nil || known["voltagent.conversation_id"] != nil ? "voltagent" : nil
        }
    )

    private static let laminar = SpanConventions(
        kindKeys: ["lmnr.span.type"],
        kinds: [
            "LLM": "LLM", "TOOL": "TOOL", "DEFAULT": "CHAIN", "PIPELINE": "CHAIN", "EXECUTOR": "AGENT",
            "EVALUATOR": "EVALUATOR", "HUMAN_EVALUATOR": "EVALUATOR", "EVALUATION": "EVALUATOR", "CACHED": "LLM",
        ],
        inputs: ["lmnr.span.input"],
        outputs: ["lmnr.span.output"],
        formatRule: { $0["lmnr.span.type"] != nil ? "openai" : nil }
    )

    private static let langfuse = SpanConventions(
        kindKeys: ["langfuse.observation.type"],
        kinds: [
            "generation": "LLM", "embedding": "EMBEDDING", "tool": "TOOL", "retriever": "RETRIEVER",
            "agent": "AGENT", "chain": "CHAIN", "evaluator": "EVALUATOR", "guardrail": "GUARDRAIL", "span": "UNKNOWN",
        ],
        inputs: ["langfuse.observation.input"],
        outputs: ["langfuse.observation.output"]
    )
}
