import Foundation
import Primitives

/// A trace with its spans and what people and judges say of it, in the JSON of MLflow's API (version 3.0).
struct SourceTrace: Sendable {
    /// `TraceInfoV3`.
    let info: OrderedJSON
    /// `opentelemetry.proto.trace.v1.Span`, identifiers in base64.
    let spans: [OrderedJSON]

    /// Its identifier.
    var id: String { info["trace_id"]?.stringValue ?? "" }

    /// Takes an element of a reply of `traces/batchGet`.
    init(_ reply: OrderedJSON) {
        info = reply["trace_info"] ?? .object([])
        spans = reply["spans"]?.elements ?? []
    }

    init(info: OrderedJSON, spans: [OrderedJSON]) {
        self.info = info
        self.spans = spans
    }

    /// What the servers set by themselves, so that it is no difference.
    private static let own: Set<String> = ["mlflow.artifactLocation", "mlflow.trace.infoFinalized"]

    /// A text that two equal traces share, whatever server wrote them: protobuf's JSON leaves the spelling of numbers and
    /// the order of members free.
    var fingerprint: String {
        let spans = spans.map { Self.plain($0).canonical }.sorted()
        return Self.plain(info).canonical + "\n" + spans.joined(separator: "\n")
    }

    private static func plain(_ value: OrderedJSON, under key: String = "") -> OrderedJSON {
        switch value {
        case .object(let members):
            return .object(
                members.filter { !own.contains($0.key) && !isEmpty($0.value) }.map {
                    .init($0.key, plain($0.value, under: $0.key))
                }
            )
        case .array(let elements):
            let values = elements.map { plain($0) }
            // The attributes of a span are a set.
            return .array(
                key == "attributes" || key == "assessments" ? values.sorted { $0.canonical < $1.canonical } : values
            )
        case .string(let text) where key.hasSuffix("_nano") || key == "int_value":
            return Int64(text).map(OrderedJSON.integer) ?? value
        case .number: return value.numberValue.map { Int64(exactly: $0).map(OrderedJSON.integer) ?? .real($0) } ?? value
        default: return value
        }
    }

    /// What protobuf's JSON may leave out.
    private static func isEmpty(_ value: OrderedJSON) -> Bool {
        switch value {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        default: false
        }
    }

    /// An `ExportTraceServiceRequest` as OTLP writes it in JSON, identifiers in hexadecimal.
    var export: OrderedJSON {
        let spans = spans.map { span -> OrderedJSON in
            var span = Self.hexadecimal(span, ["trace_id", "span_id", "parent_span_id"])
            if let links = span["links"]?.elements {
                span = span.setting("links", .array(links.map { Self.hexadecimal($0, ["trace_id", "span_id"]) }))
            }
            return span
        }
        return .members(
            ("resource_spans", .array([.members(("scope_spans", .array([.members(("spans", .array(spans)))])))]))
        )
    }

    private static func hexadecimal(_ value: OrderedJSON, _ keys: [String]) -> OrderedJSON {
        keys.reduce(value) { value, key in
            guard let text = value[key]?.stringValue, let data = Data(base64Encoded: text) else { return value }
            return value.setting(key, .string(Hex.encode([UInt8](data))))
        }
    }
}
