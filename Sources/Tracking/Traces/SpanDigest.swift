import Primitives

/// What the spans of one trace in one call say of the trace.
struct SpanDigest: Sendable {
    let id: String
    let spanIDs: Set<String>
    /// The earliest start, in milliseconds.
    let start: Int64
    /// The latest end, in milliseconds; nil while none has ended.
    let end: Int64?
    /// How the root ended; nil without a root.
    let state: TraceState?
    let usage: [SpanTotals.Node]
    let costs: [SpanTotals.Node]
    let session: String?
    let user: String?
    let requestPreview: String?
    let responsePreview: String?
    let name: String?
    /// Of the resource, then of the root's `mlflow.traceTag.…` attributes, which win.
    let tags: [KeyValue]

    /// - Throws: `INVALID_PARAMETER_VALUE` for an overlong session id or name.
    init(_ id: String, _ spans: [TraceSpan]) throws {
        self.id = id
        spanIDs = Set(spans.map(\.spanID))
        start = (spans.map(\.start).min() ?? 0) / 1_000_000
        end = spans.compactMap(\.end).max().map { $0 / 1_000_000 }
        let root = spans.first { $0.parentID == nil }
        state = root.map { $0.status == .error ? .error : .ok }
        func nodes(_ key: String) -> [SpanTotals.Node] {
            spans.map { SpanTotals.Node(id: $0.spanID, parent: $0.parentID, object: $0.attributes.object(key)) }
        }
        usage = nodes(TraceKey.Span.usage)
        costs = nodes(TraceKey.Span.cost)
        session =
            spans.lazy.compactMap { span in
                ["session.id", "gen_ai.conversation.id"].lazy.compactMap { span.attributes.plain($0) }
                    .first { !$0.isEmpty }
            }.first
        try MLflowName.checkLength("Session ID", session ?? "", upTo: TraceLimits.sessionLength)
        user = spans.lazy.compactMap { $0.attributes.plain("user.id") }.first { !$0.isEmpty }
        let last = spans.last { $0.parentID == nil }
        requestPreview = last?.attributes[TraceKey.Span.inputs].map { TracePreview.make($0, role: "user") }
        responsePreview = last?.attributes[TraceKey.Span.outputs].map { TracePreview.make($0, role: "assistant") }
        let own = last.map(Self.ownTags) ?? []
        name = own.last { $0.key == TraceKey.name }?.value
        try MLflowName.checkLength("Trace name", name ?? "", upTo: TraceLimits.nameLength)
        tags =
            Self.resourceTags(spans.lazy.map(\.resource).first { !$0.isEmpty } ?? [])
            + own.filter { $0.key != TraceKey.name }
    }

    var hasTokens: Bool { usage.contains { $0.object != nil } }
    var hasCosts: Bool { costs.contains { $0.object != nil } }

    /// A new trace as far as its spans tell.
    func info(in experiment: Int64) -> TraceInfo {
        TraceInfo(
            id: id,
            experimentID: experiment,
            requestTime: start,
            duration: end.map { $0 - start },
            state: state ?? .inProgress
        )
    }

    /// Tags whose key breaks a rule are left out: a client's resource must not make its spans unwelcome.
    private static func ownTags(_ root: TraceSpan) -> [KeyValue] {
        root.attributes.entries.compactMap { entry in
            guard entry.key.hasPrefix(TraceKey.Span.tagPrefix) else { return nil }
            let value = OrderedJSON.parse(entry.text)?.stringValue ?? entry.text
            return try? TraceLimits.tag(
                KeyValue(String(entry.key.dropFirst(TraceKey.Span.tagPrefix.count)), value)
            )
        }
    }

    /// What describes the sender, but for the exporter's own version and what is MLflow's.
    private static func resourceTags(_ resource: [TraceSpan.Attribute]) -> [KeyValue] {
        resource.prefix(TraceLimits.pairsPerRequest).compactMap { attribute in
            guard !attribute.key.hasPrefix("telemetry.sdk."), !attribute.key.hasPrefix("mlflow.") else { return nil }
            let value = attribute.value.stringValue ?? attribute.value.written
            return try? TraceLimits.tag(KeyValue(attribute.key, value))
        }
    }
}
