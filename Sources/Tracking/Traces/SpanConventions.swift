/// Naming conventions of instrumentation libraries, translated to MLflow's attributes: kind of span, what went in and out,
/// tokens, model and provider. The first convention that knows a thing says it; what MLflow's own attributes say stays.
///
/// Sources: OpenTelemetry's GenAI semantic conventions, OpenInference, OpenLLMetry (Traceloop), the Vercel AI SDK, Google
/// ADK, VoltAgent, Laminar and Langfuse.
struct SpanConventions {
    /// Attributes that name the kind of span, with the kind that each value stands for.
    var kindKeys: [String] = []
    var kinds: [String: String] = [:]
    var inputTokens: String?
    var outputTokens: String?
    var totalTokens: String?
    var cacheReads: String?
    var cacheWrites: [String] = []
    var inputs: [String] = []
    var outputs: [String] = []
    var models: [String] = []
    var providers: [String] = []
    var tools: [String] = []

    /// Adds MLflow's attributes to those of a span.
    static func translate(_ attributes: inout SpanAttributes, events: [TraceSpan.Event]) {
        let known = attributes
        if [nil, "UNKNOWN", "null"].contains(known.plain(TraceKey.Span.type)),
            let kind = all.lazy.compactMap({ $0.kind(known) }).first
        {
            attributes[TraceKey.Span.type] = OrderedJSON.string(kind).text
        }
        fill(TraceKey.Span.inputs, &attributes) { known in
            all.lazy.compactMap { known.first($0.inputs) }.first ?? content("prompt", events)
        }
        fill(TraceKey.Span.outputs, &attributes) { known in
            all.lazy.compactMap { known.first($0.outputs) }.first ?? content("completion", events)
        }
        fill(TraceKey.Span.usage, &attributes) { known in all.lazy.compactMap { $0.usage(known) }.first }
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
    private static func quoted(_ text: String) -> String {
        OrderedJSON.parse(text) == nil ? OrderedJSON.string(text).text : text
    }

    /// The member `model` of what went in or came out.
    private static func named(_ attributes: SpanAttributes) -> String? {
        for key in [TraceKey.Span.inputs, TraceKey.Span.outputs] {
            if let model = attributes.value(key)?["model"]?.stringValue, !model.isEmpty {
                return OrderedJSON.string(model).text
            }
        }
        return nil
    }

    /// `gen_ai.content.prompt` and `gen_ai.content.completion`: events that carry what went in and out.
    private static func content(_ what: String, _ events: [TraceSpan.Event]) -> String? {
        let event = events.first { $0.name == "gen_ai.content.\(what)" }
        let value = event?.attributes.last { $0.key == "gen_ai.\(what)" }?.value
        guard let value, !value.isEmpty else { return nil }
        return value.stringValue.map(quoted) ?? value.text
    }

    private func kind(_ attributes: SpanAttributes) -> String? {
        kindKeys.lazy.compactMap { attributes.plain($0) }.compactMap { kinds[$0] }.first
    }

    private func usage(_ attributes: SpanAttributes) -> String? {
        func count(_ key: String?) -> Int64? { key.flatMap { attributes.value($0)?.integerValue } }
        let (input, output) = (count(inputTokens), count(outputTokens))
        var total = count(totalTokens)
        if total == nil, let input, let output { total = input + output }
        guard input != nil || output != nil || total != nil else { return nil }
        return OrderedJSON.members(
            ("input_tokens", input.map(OrderedJSON.integer)),
            ("output_tokens", output.map(OrderedJSON.integer)),
            ("total_tokens", total.map(OrderedJSON.integer)),
            ("cache_read_input_tokens", count(cacheReads).map(OrderedJSON.integer)),
            (
                "cache_creation_input_tokens",
                cacheWrites.lazy.compactMap { count($0) }.first.map(OrderedJSON.integer)
            )
        ).text
    }
}

extension SpanAttributes {
    /// The JSON text of the first of some attributes that holds something.
    fileprivate func first(_ keys: [String]) -> String? {
        keys.lazy.compactMap { key in self[key].flatMap { (OrderedJSON.parse($0)?.isEmpty ?? false) ? nil : $0 } }.first
    }
}
