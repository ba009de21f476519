import Primitives

/// Naming conventions of instrumentation libraries, translated to MLflow's attributes: kind of span, what went in and out,
/// tokens, model, provider and how messages are written. The first convention that knows a thing says it; what MLflow's own
/// attributes say stays.
///
/// Sources: OpenTelemetry's GenAI semantic conventions, OpenInference, OpenLLMetry (Traceloop), Spring AI, the Vercel AI SDK,
/// Google ADK, Gemini CLI, Claude Code, VoltAgent, LiveKit, Laminar and Langfuse.
struct SpanConventions: Sendable {
    /// What a convention says where naming keys is not enough: JSON text for values, a plain name for kinds and formats.
    typealias Rule = @Sendable (SpanAttributes) -> String?
    typealias EventRule = @Sendable ([TraceSpan.Event], SpanAttributes) -> String?

    /// Numbers of tokens; the total is the sum of input and output where nobody counted it.
    struct Tokens: Sendable {
        var input: Int64?
        var output: Int64?
        var total: Int64?
        var cacheReads: Int64?
        var cacheWrites: Int64?
    }

    /// Attributes that name the kind of span, with the kind that each value stands for.
    var kindKeys: [String] = []
    var kinds: [String: String] = [:]
    var kindRule: Rule?
    var inputTokens: [String] = []
    var outputTokens: [String] = []
    var totalTokens: [String] = []
    var cacheReads: [String] = []
    var cacheWrites: [String] = []
    var tokenRule: (@Sendable (SpanAttributes) -> Tokens)?
    var inputs: [String] = []
    var outputs: [String] = []
    var inputRule: Rule?
    var outputRule: Rule?
    var inputEvents: EventRule?
    var outputEvents: EventRule?
    var models: [String] = []
    var providers: [String] = []
    var tools: [String] = []
    var formatRule: Rule?

    /// Adds MLflow's attributes to those of a span.
    static func translate(_ attributes: inout SpanAttributes, events: [TraceSpan.Event]) {
        let known = attributes
        if [nil, "UNKNOWN", "null"].contains(known.plain(TraceKey.Span.type)),
            let kind = all.lazy.compactMap({ $0.kind(known) }).first
        {
            attributes[TraceKey.Span.type] = OrderedJSON.string(kind).written
        }
        fill(TraceKey.Span.inputs, &attributes) { known in
            all.lazy.compactMap { $0.inputRule?(known) ?? known.first($0.inputs) }.first
                ?? (events.isEmpty ? nil : all.lazy.compactMap { $0.inputEvents?(events, known) }.first)
        }
        fill(TraceKey.Span.outputs, &attributes) { known in
            all.lazy.compactMap { $0.outputRule?(known) ?? known.first($0.outputs) }.first
                ?? (events.isEmpty ? nil : all.lazy.compactMap { $0.outputEvents?(events, known) }.first)
        }
        fill(TraceKey.Span.usage, &attributes) { known in all.lazy.compactMap { $0.usage(known) }.first }
        fill(TraceKey.Span.messageFormat, &attributes) { known in
            all.lazy.compactMap { $0.formatRule?(known) }.first.map { OrderedJSON.string($0).written }
        }
        fill(TraceKey.Span.tools, &attributes) { known in all.lazy.compactMap { known.first($0.tools) }.first }
        fill(TraceKey.Span.model, &attributes) { known in
            (all.lazy.compactMap { known.first($0.models) }.first ?? named(known)).map(quoted)
        }
        fill(TraceKey.Span.provider, &attributes) { known in
            all.lazy.compactMap { known.first($0.providers) }.first.map(quoted)
        }
    }

    private static func fill(
        _ key: String,
        _ attributes: inout SpanAttributes,
        _ find: (SpanAttributes) -> String?
    ) {
        guard attributes[key] == nil, let text = find(attributes) else { return }
        attributes[key] = text
    }

    /// The text as JSON: kept when it is JSON already.
    static func quoted(_ text: String) -> String {
        OrderedJSON.parse(text) == nil ? OrderedJSON.string(text).written : text
    }

    /// The member `model` of what went in or came out.
    private static func named(_ attributes: SpanAttributes) -> String? {
        for key in [TraceKey.Span.inputs, TraceKey.Span.outputs] {
            if let model = attributes.value(key)?["model"]?.stringValue, !model.isEmpty {
                return OrderedJSON.string(model).written
            }
        }
        return nil
    }

    private func kind(_ attributes: SpanAttributes) -> String? {
        kindRule?(attributes)
            ?? kindKeys.lazy.compactMap { attributes.plain($0) }.compactMap { kinds[$0] }.first
    }

    private func usage(_ attributes: SpanAttributes) -> String? {
        func count(_ keys: [String]) -> Int64? { keys.lazy.compactMap { attributes.value($0)?.integerValue }.first }
        let tokens =
            tokenRule?(attributes)
            ?? Tokens(
                input: count(inputTokens),
                output: count(outputTokens),
                total: count(totalTokens),
                cacheReads: count(cacheReads),
                cacheWrites: count(cacheWrites)
            )
        var total = tokens.total
        if total == nil, let input = tokens.input, let output = tokens.output {
            let sum = input.addingReportingOverflow(output)
            total = sum.overflow ? nil : sum.partialValue
        }
        guard tokens.input != nil || tokens.output != nil || total != nil else { return nil }
        return OrderedJSON.members(
            ("input_tokens", tokens.input.map(OrderedJSON.integer)),
            ("output_tokens", tokens.output.map(OrderedJSON.integer)),
            ("total_tokens", total.map(OrderedJSON.integer)),
            ("cache_read_input_tokens", tokens.cacheReads.map(OrderedJSON.integer)),
            ("cache_creation_input_tokens", tokens.cacheWrites.map(OrderedJSON.integer))
        ).written
    }
}

extension SpanAttributes {
    /// The JSON text of the first of some attributes that holds something.
    func first(_ keys: [String]) -> String? {
        keys.lazy.compactMap { key in self[key].flatMap { (OrderedJSON.parse($0)?.isEmpty ?? false) ? nil : $0 } }.first
    }
}
