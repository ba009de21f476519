import Primitives
import Storage

/// What someone or something says of a trace or of one of its spans.
package struct Assessment: Sendable, Hashable {
    /// What kind of statement it is.
    package enum Kind: String, Sendable, Hashable {
        /// A judgement of the output.
        case feedback
        /// What the output should have been.
        case expectation
        /// A pointer to an issue; the assessment's name is the issue's id.
        case issue
    }

    /// Who says it.
    package struct Source: Sendable, Hashable {
        /// `HUMAN`, `LLM_JUDGE`, `CODE`, or `SOURCE_TYPE_UNSPECIFIED`.
        package let type: String
        /// Which one.
        package let id: String?

        /// Names a source.
        package init(type: String, id: String?) {
            self.type = type
            self.id = id
        }
    }

    /// Its id; empty for a new one that shall get one.
    package var id: String
    /// The trace.
    package var traceID: String
    /// Its name.
    package var name: String
    /// What kind it is.
    package let kind: Kind
    /// What is said.
    package var value: OrderedJSON
    /// Why no judgement could be made: an object with `error_code`, `error_message`, `stack_trace`.
    package var error: OrderedJSON?
    /// When it was made.
    package var createdAt: Timestamp
    /// When it last changed.
    package var updatedAt: Timestamp
    /// Who says it.
    package let source: Source
    /// The run that made it.
    package var runID: String?
    /// The span that it is about; nil for the whole trace.
    package let spanID: String?
    /// Why.
    package var rationale: String?
    /// The assessment that it replaces.
    package let overrides: String?
    /// Whether nothing has replaced it.
    package var isValid: Bool
    /// What else is known, by key in the order given.
    package var metadata: [KeyValue]

    /// Describes an assessment.
    package init(
        id: String = "",
        traceID: String,
        name: String,
        kind: Kind,
        value: OrderedJSON,
        error: OrderedJSON? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        source: Source,
        runID: String? = nil,
        spanID: String? = nil,
        rationale: String? = nil,
        overrides: String? = nil,
        isValid: Bool = true,
        metadata: [KeyValue] = []
    ) {
        self.id = id
        self.traceID = traceID
        self.name = name
        self.kind = kind
        self.value = value
        self.error = error
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.source = source
        self.runID = runID ?? metadata.last { $0.key == TraceKey.assessmentRun }?.value
        self.spanID = spanID
        self.rationale = rationale
        self.overrides = overrides
        self.isValid = isValid
        self.metadata = metadata
    }

    /// What a sum or mean takes for the value, and whether the value itself is a number: true and `yes` count as 1, false
    /// and `no` as 0.
    var aggregate: (value: Double?, isNumeric: Bool) {
        switch value {
        case .bool(let flag): return (flag ? 1 : 0, false)
        case .number:
            let number = value.numberValue.flatMap { $0.isFinite ? $0 : nil }
            return (number, number != nil)
        case .string(let text):
            switch text.trimmed.lowercased() {
            case "yes": return (1, false)
            case "no": return (0, false)
            default: return (nil, false)
            }
        default: return (nil, false)
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension Assessment {
    init(row: SQLRow) throws {
        let metadata = try row.optionalText("metadata").flatMap(OrderedJSON.parse)?.members ?? []
        self.init(
            id: try row.text("assessment_id"),
            traceID: try row.text("trace_id"),
            name: try row.text("name"),
            kind: Kind(rawValue: try row.text("type")) ?? .feedback,
            value: OrderedJSON.parse(try row.text("value")) ?? .null,
            error: try row.optionalText("error").flatMap(OrderedJSON.parse),
            createdAt: try row.time("created_at"),
            updatedAt: try row.time("updated_at"),
            source: Source(type: try row.text("source_type"), id: try row.optionalText("source_id")),
            runID: try row.optionalText("run_id"),
            spanID: try row.optionalText("span_id"),
            rationale: try row.optionalText("rationale"),
            overrides: try row.optionalText("overrides"),
            isValid: try row.bool("valid"),
            metadata: metadata.map { KeyValue($0.key, $0.value.stringValue ?? $0.value.written) }
        )
    }

    /// The metadata as the JSON text that is stored; NULL for none.
    var storedMetadata: SQLValue {
        metadata.isEmpty
            ? .null : .text(OrderedJSON.object(metadata.map { OrderedJSON.Member($0.key, .string($0.value)) }).written)
    }

    /// Inserts it; one with the same id in the same trace is replaced.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when another trace has an assessment with that id.
    func insert(in transaction: any SQLTransaction) throws {
        let aggregate = aggregate
        let count = try transaction.execute(
            "INSERT INTO trace_assessment (assessment_id, trace_id, name, type, value, error, created_at, updated_at, "
                + "source_type, source_id, run_id, span_id, rationale, overrides, valid, metadata, aggregate_value, is_numeric) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (assessment_id) DO UPDATE SET "
                + "name = excluded.name, type = excluded.type, value = excluded.value, error = excluded.error, "
                + "updated_at = excluded.updated_at, rationale = excluded.rationale, valid = excluded.valid, "
                + "metadata = excluded.metadata, aggregate_value = excluded.aggregate_value, is_numeric = excluded.is_numeric "
                + "WHERE trace_assessment.trace_id = excluded.trace_id",
            [
                .text(id), .text(traceID), .text(name), .text(kind.rawValue), .text(value.written),
                .optional(error?.written), .time(createdAt), .time(updatedAt), .text(source.type), .optional(source.id),
                .optional(runID), .optional(spanID), .optional(rationale), .optional(overrides), .bool(isValid),
                storedMetadata, .optional(aggregate.value), .bool(aggregate.isNumeric),
            ]
        )
        if count == 0 {
            throw PlatformError.mlflowInvalid("The assessment ID '\(id)' belongs to an assessment of another trace.")
        }
    }

    /// Checks names and lengths.
    func check() throws {
        if name.isEmpty { throw MLflowName.missing("assessment.assessment_name") }
        try MLflowName.checkLength("assessment_name", name, upTo: MLflowName.maximumKeyLength)
        try MLflowName.checkLength("assessment_id", id, upTo: TraceLimits.idLength)
        try MLflowName.checkLength("source_id", source.id ?? "", upTo: MLflowName.maximumKeyLength)
        try TraceLimits.count(metadata.count, "metadata entries", upTo: TraceLimits.pairsPerRequest)
    }
}
