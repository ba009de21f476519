import Primitives
import Storage

/// A span as a row, its content written as JSON before the transaction begins.
struct SpanRow: Sendable {
    let traceID: String
    private let values: [SQLValue]

    /// The longest model or provider, in characters; the rest is cut off.
    private static let dimensionLength = 500

    /// - Throws: `INVALID_PARAMETER_VALUE` for too large a content.
    init(_ span: TraceSpan) throws {
        traceID = span.traceID
        let content = span.content
        guard content.utf8.count <= TraceLimits.spanBytes else {
            throw PlatformError.mlflowInvalid(
                "The span '\(span.name.prefix(100))' has \(content.utf8.count) bytes; at most \(TraceLimits.spanBytes) are "
                    + "kept. Log large values as artifacts or attachments."
            )
        }
        let costs = TraceAnalytics.costs(span.attributes.object(TraceKey.Span.cost))
        func dimension(_ key: String) -> SQLValue {
            .optional(
                span.attributes.value(key)?.stringValue.map { TraceLimits.cut($0, to: Self.dimensionLength) }
            )
        }
        values =
            [
                .optional(span.parentID), .text(span.name),
                .optional(span.attributes.value(TraceKey.Span.type)?.stringValue),
                .text(span.status.rawValue), .integer(span.start), .optional(span.end),
            ] + TraceAnalytics.costKeys.map { .optional(costs[$0]) } + [
                dimension(TraceKey.Span.model), dimension(TraceKey.Span.provider), .text(content), .text(span.spanID),
            ]
    }

    func upsert(experiment: Int64, _ transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO trace_span (parent_span_id, name, type, status, start_time_unix_nano, end_time_unix_nano, "
                + "input_cost, output_cost, total_cost, model_name, model_provider, content, span_id, trace_id, experiment_id) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace_id, span_id) DO UPDATE SET "
                + Self.replaced,
            values + [.text(traceID), .integer(experiment)]
        )
    }

    private static let replaced = [
        "parent_span_id", "name", "type", "status", "start_time_unix_nano", "end_time_unix_nano", "input_cost",
        "output_cost", "total_cost", "model_name", "model_provider", "content", "experiment_id",
    ].map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
}
