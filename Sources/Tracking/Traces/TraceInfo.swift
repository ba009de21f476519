import Primitives

/// How far a trace is, or how it ended.
package enum TraceState: String, Sendable, Hashable {
    case unspecified = "STATE_UNSPECIFIED"
    case ok = "OK"
    case error = "ERROR"
    case inProgress = "IN_PROGRESS"
}

/// What is known of a trace besides its spans.
package struct TraceInfo: Sendable, Hashable {
    /// Its id, as the client gave it: `tr-` and 32 hexadecimal digits.
    package let id: String
    /// The experiment that it belongs to.
    package let experimentID: Int64
    /// When it began, in milliseconds.
    package let requestTime: Int64
    /// How long it took, in milliseconds; nil while it runs.
    package let duration: Int64?
    /// How far it is.
    package let state: TraceState
    /// The id that the application gave the request.
    package let clientRequestID: String?
    /// The beginning of the request.
    package let requestPreview: String?
    /// The beginning of the response.
    package let responsePreview: String?
    /// What is fixed when it is made, by key.
    package var metadata: [KeyValue]
    /// What may change later, by key.
    package var tags: [KeyValue]
    /// What people, judges and checks said of it, the oldest first.
    package var assessments: [Assessment]

    /// Describes a trace.
    package init(
        id: String,
        experimentID: Int64,
        requestTime: Int64,
        duration: Int64? = nil,
        state: TraceState = .unspecified,
        clientRequestID: String? = nil,
        requestPreview: String? = nil,
        responsePreview: String? = nil,
        metadata: [KeyValue] = [],
        tags: [KeyValue] = [],
        assessments: [Assessment] = []
    ) {
        self.id = id
        self.experimentID = experimentID
        self.requestTime = requestTime
        self.duration = duration
        self.state = state
        self.clientRequestID = clientRequestID
        self.requestPreview = requestPreview
        self.responsePreview = responsePreview
        self.metadata = metadata
        self.tags = tags
        self.assessments = assessments
    }

    /// The tag with a key, or nil.
    package func tag(_ key: String) -> String? { tags.last { $0.key == key }?.value }

    /// The metadata with a key, or nil.
    package func metadata(_ key: String) -> String? { metadata.last { $0.key == key }?.value }
}

/// A trace with its spans, each as the JSON text that is stored.
package struct StoredTrace: Sendable, Hashable {
    /// What is known of it.
    package let info: TraceInfo
    /// Its spans: roots first, then by start.
    package let spans: [String]
}

/// The bounds of tracing and their checks (`mlflow/utils/validation.py` of 3.17 where it has them).
package enum TraceLimits {
    /// The longest id of a trace or assessment, in characters.
    package static let idLength = 100
    /// The longest tag value, in characters; the rest is cut off.
    package static let tagValueLength = 8000
    /// The longest name of a trace, in characters.
    package static let nameLength = 4096
    /// The longest session id, in characters.
    package static let sessionLength = 250
    /// The longest metadata value, in bytes.
    package static let metadataValueBytes = 1 << 20
    /// The most tags, and the most metadata entries, of one request.
    package static let pairsPerRequest = 1000
    /// The most assessments of one request.
    package static let assessmentsPerRequest = 1000
    /// The largest content of one span, in bytes of JSON.
    package static let spanBytes = 16 << 20
    /// The most spans in one export.
    package static let spansPerRequest = 20_000
    /// The most traces linked by one request.
    package static let linksPerRequest = 100
    /// The most ids in one request.
    package static let idsPerRequest = 10_000
    /// The most values that a pattern (RLIKE) is compared with.
    package static let patternValues = 20_000

    static func check(id: String) throws {
        guard !id.isEmpty else { throw MLflowName.missing("trace_id") }
        try MLflowName.checkLength("trace_id", id, upTo: idLength)
    }

    /// Checks a tag and cuts an overlong value.
    static func tag(_ tag: KeyValue) throws -> KeyValue {
        try MLflowName.checkKey(tag.key, path: "name")
        try MLflowName.checkLength("key", tag.key, upTo: MLflowName.maximumKeyLength)
        let value = cut(tag.value, to: tagValueLength)
        if tag.key == TraceKey.name { try MLflowName.checkLength("Trace name", value, upTo: nameLength) }
        return KeyValue(tag.key, value)
    }

    static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    }

    static func count(_ count: Int, _ what: String, upTo limit: Int) throws {
        guard count <= limit else {
            throw PlatformError.mlflowInvalid("The request has \(count) \(what); at most \(limit) are taken at once.")
        }
    }
}
