import Foundation
import Hummingbird
import NIOCore
import Primitives
import Tracking

/// MLflow's JSON of traces (`service.proto`, `assessments.proto`, OpenTelemetry's `trace.proto`).
extension OrderedJSON {
    private static let metadataLength = 250
    private static let tagKeyLength = 250
    private static let tagValueLength = 4096

    /// `TraceInfoV3`.
    static func info(_ info: TraceInfo) -> OrderedJSON {
        .members(
            ("trace_id", .string(info.id)),
            ("client_request_id", .optional(info.clientRequestID)),
            (
                "trace_location",
                .members(
                    ("type", "MLFLOW_EXPERIMENT"),
                    ("mlflow_experiment", .members(("experiment_id", .string(String(info.experimentID)))))
                )
            ),
            ("request_preview", .optional(info.requestPreview)),
            ("response_preview", .optional(info.responsePreview)),
            ("request_time", .string(Timestamp(milliseconds: info.requestTime).description)),
            ("execution_duration", info.duration.map { .string(ProtoTime.text(duration: $0)) }),
            ("state", .string(info.state.rawValue)),
            ("trace_metadata", map(info.metadata, metadataLength, metadataLength)),
            ("assessments", info.assessments.isEmpty ? nil : .array(info.assessments.map(assessment))),
            ("tags", map(info.tags, tagKeyLength, tagValueLength))
        )
    }

    private static func map(_ pairs: [KeyValue], _ keyLength: Int, _ valueLength: Int) -> OrderedJSON? {
        guard !pairs.isEmpty else { return nil }
        return .object(
            pairs.map { Member(cut($0.key, to: keyLength), .string(cut($0.value, to: valueLength))) }
        )
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    }

    /// `TraceInfo`, what clients before MLflow 3 read.
    static func legacyInfo(_ info: TraceInfo) -> OrderedJSON {
        func pairs(_ list: [KeyValue], _ keyLength: Int, _ valueLength: Int) -> OrderedJSON? {
            guard !list.isEmpty else { return nil }
            return .array(
                list.map {
                    .members(
                        ("key", .string(cut($0.key, to: keyLength))),
                        ("value", .string(cut($0.value, to: valueLength)))
                    )
                }
            )
        }
        let status = info.state == .unspecified ? "TRACE_STATUS_UNSPECIFIED" : info.state.rawValue
        return .members(
            ("request_id", .string(info.id)),
            ("experiment_id", .string(String(info.experimentID))),
            ("timestamp_ms", .integer(info.requestTime)),
            ("execution_time_ms", .integer(info.duration ?? 0)),
            ("status", .string(status)),
            ("request_metadata", pairs(info.metadata, metadataLength, metadataLength)),
            ("tags", pairs(info.tags, tagKeyLength, tagValueLength))
        )
    }

    /// `Assessment`.
    static func assessment(_ assessment: Assessment) -> OrderedJSON {
        let metadata = assessment.metadata.map { Member($0.key, .string($0.value)) }
        return .members(
            ("assessment_id", .string(assessment.id)),
            ("assessment_name", .string(assessment.name)),
            ("trace_id", .string(assessment.traceID)),
            ("span_id", .optional(assessment.spanID)),
            (
                "source",
                .members(
                    ("source_type", .string(assessment.source.type)),
                    ("source_id", .optional(assessment.source.id))
                )
            ),
            ("create_time", .string(assessment.createdAt.description)),
            ("last_update_time", .string(assessment.updatedAt.description)),
            ("feedback", assessment.kind == .feedback ? feedback(assessment) : nil),
            ("expectation", assessment.kind == .expectation ? expectation(assessment.value) : nil),
            ("issue", assessment.kind == .issue ? assessment.value : nil),
            ("rationale", .optional(assessment.rationale)),
            ("metadata", metadata.isEmpty ? nil : .object(metadata)),
            ("overrides", .optional(assessment.overrides)),
            ("valid", .bool(assessment.isValid))
        )
    }

    private static let traceLength = 1000

    private static func feedback(_ assessment: Assessment) -> OrderedJSON {
        var error = assessment.error
        if let stack = error?["stack_trace"]?.stringValue, stack.unicodeScalars.count > traceLength {
            let prefix = "[Stack trace is truncated]\n...\n"
            let kept = stack.unicodeScalars.suffix(traceLength - prefix.count)
            error = .members(
                ("error_code", error?["error_code"]),
                ("error_message", error?["error_message"]),
                ("stack_trace", .string(prefix + String(String.UnicodeScalarView(kept))))
            )
        }
        return .members(("value", assessment.value), ("error", error))
    }

    /// Lists and objects are sent as a text that holds JSON.
    private static func expectation(_ value: OrderedJSON) -> OrderedJSON {
        switch value {
        case .array, .object:
            .members(
                (
                    "serialized_value",
                    .members(("serialization_format", "JSON_FORMAT"), ("value", .string(value.written)))
                )
            )
        default: .members(("value", value))
        }
    }

    /// `Trace` with its spans.
    static func trace(_ trace: StoredTrace) -> OrderedJSON {
        .members(
            ("trace_info", info(trace.info)),
            ("spans", trace.spans.isEmpty ? nil : .array(trace.spans.compactMap(span)))
        )
    }

    /// `opentelemetry.proto.trace.v1.Span` from a span as it is stored.
    private static func span(_ content: String) -> OrderedJSON? {
        guard let span = OrderedJSON.parse(content) else { return nil }
        let parent = span["parent_span_id"].flatMap { $0 == .null ? nil : $0 }
        let end = span["end_time_unix_nano"].flatMap { $0 == .null ? nil : $0 }
        let attributes = (span["attributes"]?.members ?? []).map { member in
            let text = member.value.stringValue ?? ""
            return attribute(Member(member.key, OrderedJSON.parse(text) ?? .string(text)))
        }
        return .members(
            ("trace_id", span["trace_id"]),
            ("span_id", span["span_id"]),
            ("parent_span_id", parent),
            ("name", span["name"]),
            ("start_time_unix_nano", span["start_time_unix_nano"]),
            ("end_time_unix_nano", end),
            ("attributes", list(attributes)),
            ("events", list((span["events"]?.elements ?? []).map(event))),
            ("links", list((span["links"]?.elements ?? []).map(link))),
            ("status", status(span["status"]))
        )
    }

    private static func list(_ values: [OrderedJSON]) -> OrderedJSON? { values.isEmpty ? nil : .array(values) }

    private static func status(_ status: OrderedJSON?) -> OrderedJSON {
        let message = status?["message"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        let code = status?["code"]?.stringValue.flatMap { $0 == "STATUS_CODE_UNSET" ? nil : $0 }
        return .members(("message", .optional(message)), ("code", .optional(code)))
    }

    private static func event(_ event: OrderedJSON) -> OrderedJSON {
        .members(
            ("time_unix_nano", event["time_unix_nano"]),
            ("name", event["name"]),
            ("attributes", list((event["attributes"]?.members ?? []).map(attribute)))
        )
    }

    private static func link(_ link: OrderedJSON) -> OrderedJSON {
        func bytes(_ key: String) -> OrderedJSON? {
            guard let text = link[key]?.stringValue else { return nil }
            let digits = text.hasPrefix("tr-") ? String(text.dropFirst(3)) : text
            return Hex.decode(digits).map { .string(Data($0).base64EncodedString()) }
        }
        return .members(
            ("trace_id", bytes("trace_id")),
            ("span_id", bytes("span_id")),
            ("attributes", list((link["attributes"]?.members ?? []).map(attribute)))
        )
    }

    private static func attribute(_ member: Member) -> OrderedJSON {
        .members(("key", .string(member.key)), ("value", any(member.value)))
    }

    /// `opentelemetry.proto.common.v1.AnyValue`.
    private static func any(_ value: OrderedJSON) -> OrderedJSON {
        switch value {
        case .null: .object([])
        case .bool: .members(("bool_value", value))
        case .number(let written):
            if value.wholeNumber != nil {
                .members(("int_value", value))
            } else {
                .members(("double_value", value.numberValue?.isFinite == true ? value : .string(written)))
            }
        case .string: .members(("string_value", value))
        case .array(let values): .members(("array_value", .members(("values", .array(values.map(any))))))
        case .object(let members):
            .members(("kvlist_value", .members(("values", .array(members.map(attribute))))))
        }
    }
}

extension Response {
    /// A reply of these members; those that are nil are left out.
    static func traces(_ members: (String, OrderedJSON?)...) -> Response {
        let tree = OrderedJSON.object(
            members.compactMap { key, value in value.map { OrderedJSON.Member(key, $0) } }
        )
        return Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: tree.bytes()))
        )
    }
}
