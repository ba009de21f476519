import Foundation
import OpenTelemetryProto
import Primitives
import SwiftProtobuf
import Tracking

private typealias ExportRequest = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceRequest
private typealias AnyValue = Opentelemetry_Proto_Common_V1_AnyValue
private typealias KeyValuePair = Opentelemetry_Proto_Common_V1_KeyValue
private typealias ProtoSpan = Opentelemetry_Proto_Trace_V1_Span

extension TraceSpan {
    /// The spans of an `ExportTraceServiceRequest` as protobuf writes it.
    ///
    /// - Returns: nil when the request has no resource at all.
    /// - Throws: a decoding error for what is no such message; `span_invalid`.
    static func read(protobuf data: Data) throws -> [TraceSpan]? {
        let request = try ExportRequest(serializedBytes: data)
        guard !request.resourceSpans.isEmpty else { return nil }
        return try request.resourceSpans.flatMap { group in
            let resource = attributes(group.resource.attributes)
            return try group.scopeSpans.flatMap { try $0.spans.map { try TraceSpan($0, resource) } }
        }
    }

    private init(_ span: ProtoSpan, _ resource: [Attribute]) throws {
        let status: Status =
            switch span.status.code {
            case .ok: .ok
            case .error: .error
            default: .unset
            }
        try self.init(
            traceID: [UInt8](span.traceID),
            spanID: [UInt8](span.spanID),
            parentID: [UInt8](span.parentSpanID),
            name: span.name,
            start: Int64(clamping: span.startTimeUnixNano),
            end: Int64(clamping: span.endTimeUnixNano),
            status: status,
            statusMessage: span.status.message,
            attributes: Self.attributes(span.attributes),
            events: span.events.map { event in
                Event(
                    name: event.name,
                    nanoseconds: Int64(clamping: event.timeUnixNano),
                    attributes: Self.attributes(event.attributes)
                )
            },
            links: span.links.map { link in
                Link(
                    traceID: [UInt8](link.traceID),
                    spanID: [UInt8](link.spanID),
                    attributes: Self.attributes(link.attributes)
                )
            },
            resource: resource
        )
    }

    private static func attributes(_ pairs: [KeyValuePair]) -> [Attribute] {
        pairs.map { Attribute($0.key, value($0.value)) }
    }

    private static func value(_ any: AnyValue) -> OrderedJSON {
        switch any.value {
        case .stringValue(let text): .string(text)
        case .boolValue(let flag): .bool(flag)
        case .intValue(let number): .integer(number)
        case .doubleValue(let number): .real(number)
        case .arrayValue(let list): .array(list.values.map(value))
        case .kvlistValue(let list): .object(attributes(list.values))
        case .bytesValue(let data): .string(data.base64EncodedString())
        case .stringValueStrindex, nil: .null
        }
    }
}

extension TraceSpan {
    /// The spans of an `ExportTraceServiceRequest` as JSON: ids in hexadecimal, 64-bit numbers also as texts
    /// (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding").
    ///
    /// - Returns: nil when the request has no resource at all.
    /// - Throws: `span_invalid`; `INVALID_PARAMETER_VALUE` for what is no JSON, or of another shape.
    static func read(json data: Data) throws -> [TraceSpan]? {
        guard String(validating: data, as: UTF8.self) != nil,
            let tree = data.withUnsafeBytes({ OrderedJSON.parse($0.assumingMemoryBound(to: UInt8.self)) }),
            tree.members != nil
        else { throw PlatformError.mlflowInvalid("The body is no JSON.") }
        let groups = try TraceBody(tree).bodies("resource_spans")
        guard !groups.isEmpty else { return nil }
        return try groups.flatMap { group in
            let resource = try attributes(group.body("resource")?.bodies("attributes") ?? [])
            return try group.bodies("scope_spans").flatMap { scope in
                try scope.bodies("spans").map { try TraceSpan($0, resource) }
            }
        }
    }

    private init(_ span: TraceBody, _ resource: [Attribute]) throws {
        let status = try span.body("status")
        let code: Status =
            switch status?.member("code") {
            case .number("1"), .string("STATUS_CODE_OK"): .ok
            case .number("2"), .string("STATUS_CODE_ERROR"): .error
            default: .unset
            }
        try self.init(
            traceID: Self.id(span, "trace_id"),
            spanID: Self.id(span, "span_id"),
            parentID: Self.id(span, "parent_span_id"),
            name: span.text("name") ?? "",
            start: span.integer("start_time_unix_nano") ?? 0,
            end: span.integer("end_time_unix_nano") ?? 0,
            status: code,
            statusMessage: status?.text("message") ?? "",
            attributes: Self.attributes(span.bodies("attributes")),
            events: span.bodies("events").map { event in
                Event(
                    name: try event.text("name") ?? "",
                    nanoseconds: try event.integer("time_unix_nano") ?? 0,
                    attributes: try Self.attributes(event.bodies("attributes"))
                )
            },
            links: span.bodies("links").map { link in
                Link(
                    traceID: try Self.id(link, "trace_id"),
                    spanID: try Self.id(link, "span_id"),
                    attributes: try Self.attributes(link.bodies("attributes"))
                )
            },
            resource: resource
        )
    }

    /// An id's bytes; none when it is absent.
    private static func id(_ body: TraceBody, _ key: String) throws -> [UInt8] {
        guard let text = try body.text(key) else { return [] }
        guard let bytes = Hex.decode(text) else { throw TraceBody.wrong(key, .string(text)) }
        return [UInt8](bytes)
    }

    private static func attributes(_ pairs: [TraceBody]) throws -> [Attribute] {
        try pairs.map { Attribute(try $0.text("key") ?? "", try $0.body("value").map(value) ?? .null) }
    }

    private static func value(_ any: TraceBody) throws -> OrderedJSON {
        if let text = try any.text("string_value") { return .string(text) }
        if let flag = any.member("bool_value") { return flag }
        if let number = try any.integer("int_value") { return .integer(number) }
        if let number = any.member("double_value") { return number.numberValue.map(OrderedJSON.real) ?? number }
        if let list = try any.body("array_value") { return .array(try list.bodies("values").map(value)) }
        if let list = try any.body("kvlist_value") { return .object(try attributes(list.bodies("values"))) }
        return try any.text("bytes_value").map(OrderedJSON.string) ?? .null
    }
}
