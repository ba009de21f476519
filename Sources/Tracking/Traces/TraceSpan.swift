import Foundation
import Primitives

/// One span as an OpenTelemetry exporter sends it.
package struct TraceSpan: Sendable, Hashable {
    /// A named value.
    package typealias Attribute = OrderedJSON.Member

    /// How the work ended (`Status.StatusCode` of the OpenTelemetry protocol).
    package enum Status: String, Sendable, Hashable {
        case unset = "UNSET"
        case ok = "OK"
        case error = "ERROR"
    }

    /// Something that happened during a span.
    package struct Event: Sendable, Hashable {
        let name: String
        let nanoseconds: Int64
        let attributes: [Attribute]

        /// Describes an event; its time is in nanoseconds since the Unix epoch.
        package init(name: String, nanoseconds: Int64, attributes: [Attribute]) {
            self.name = name
            self.nanoseconds = nanoseconds
            self.attributes = attributes
        }
    }

    /// A pointer to a span of another trace.
    package struct Link: Sendable, Hashable {
        let traceID: [UInt8]
        let spanID: [UInt8]
        let attributes: [Attribute]

        /// Describes a link by the ids' bytes.
        package init(traceID: [UInt8], spanID: [UInt8], attributes: [Attribute]) {
            self.traceID = traceID
            self.spanID = spanID
            self.attributes = attributes
        }
    }

    let otelTraceID: [UInt8]
    let otelSpanID: [UInt8]
    let otelParentID: [UInt8]?
    let name: String
    let start: Int64
    let end: Int64?
    let status: Status
    let statusMessage: String
    let events: [Event]
    let links: [Link]
    let resource: [Attribute]
    /// What is known of it, translated: each value is the JSON text that clients read back.
    let attributes: SpanAttributes

    /// Describes a span. Ids are the protocol's bytes, times are nanoseconds since the Unix epoch.
    ///
    /// - Throws: `span_invalid` without ids, or when an id is longer than 16 (trace) or 8 (span) bytes.
    package init(
        traceID: [UInt8],
        spanID: [UInt8],
        parentID: [UInt8],
        name: String,
        start: Int64,
        end: Int64,
        status: Status = .unset,
        statusMessage: String = "",
        attributes: [Attribute] = [],
        events: [Event] = [],
        links: [Link] = [],
        resource: [Attribute] = []
    ) throws {
        guard let trace = Self.padded(traceID, to: 16), let span = Self.padded(spanID, to: 8) else {
            throw PlatformError(.spanInvalid, "Cannot convert OpenTelemetry span to MLflow span")
        }
        otelTraceID = trace
        otelSpanID = span
        otelParentID = parentID.isEmpty ? nil : Self.padded(parentID, to: 8)
        self.name = name
        self.start = start
        self.end = end
        self.status = status
        self.statusMessage = statusMessage
        self.events = events
        self.links = links
        self.resource = resource
        var known = SpanAttributes(attributes)
        known[TraceKey.Span.traceID] = OrderedJSON.string("tr-" + Hex.encode(trace)).written
        SpanConventions.translate(&known, events: events)
        self.attributes = known
    }

    /// An id of the right length, zeroes in front; nil for an empty or overlong one.
    private static func padded(_ id: [UInt8], to count: Int) -> [UInt8]? {
        guard !id.isEmpty, id.count <= count else { return nil }
        return [UInt8](repeating: 0, count: count - id.count) + id
    }

    /// The trace's id: `tr-` and 32 hexadecimal digits.
    package var traceID: String { "tr-" + Hex.encode(otelTraceID) }
    /// The span's id: 16 hexadecimal digits.
    var spanID: String { Hex.encode(otelSpanID) }
    /// The parent's id; nil for a root.
    package var parentID: String? { otelParentID.map { Hex.encode($0) } }

    /// The span as it is stored and as clients download it (`Span.to_dict` of MLflow 3).
    var content: String {
        func base64(_ bytes: [UInt8]) -> OrderedJSON { .string(Data(bytes).base64EncodedString()) }
        return OrderedJSON.members(
            ("trace_id", base64(otelTraceID)),
            ("span_id", base64(otelSpanID)),
            ("parent_span_id", otelParentID.map(base64) ?? .null),
            ("name", .string(name)),
            ("start_time_unix_nano", .integer(start)),
            ("end_time_unix_nano", end.map(OrderedJSON.integer) ?? .null),
            ("events", .array(events.map(Self.content))),
            (
                "status",
                .members(("code", .string("STATUS_CODE_\(status.rawValue)")), ("message", .string(statusMessage)))
            ),
            ("attributes", .object(attributes.entries.map { OrderedJSON.Member($0.key, .string($0.text)) })),
            ("links", .array(links.map(Self.content)))
        ).written
    }

    private static func content(_ event: Event) -> OrderedJSON {
        .members(
            ("name", .string(event.name)),
            ("time_unix_nano", .integer(event.nanoseconds)),
            ("attributes", .object(event.attributes))
        )
    }

    private static func content(_ link: Link) -> OrderedJSON {
        .members(
            ("trace_id", .string("tr-" + Hex.encode(link.traceID))),
            ("span_id", .string(Hex.encode(link.spanID))),
            ("attributes", link.attributes.isEmpty ? .null : .object(link.attributes))
        )
    }
}

extension ErrorCode {
    /// A span of an export lacks an id or has an impossible one.
    package static let spanInvalid = ErrorCode("span_invalid", .invalidArgument)
}

/// The attributes of a span in their order, each as JSON text.
struct SpanAttributes: Sendable, Hashable {
    private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]

    struct Entry: Sendable, Hashable {
        let key: String
        var text: String
    }

    /// Attributes whose value is JSON text already (a text, array or object written twice by a client) are unwrapped once.
    init(_ attributes: [TraceSpan.Attribute]) {
        entries.reserveCapacity(attributes.count)
        for attribute in attributes { self[attribute.key] = Self.text(of: attribute.value) }
    }

    private static func text(of value: OrderedJSON) -> String {
        if case .string(let inner) = value, let first = inner.utf8.first, "\"[{ \n".utf8.contains(first) {
            switch OrderedJSON.parse(inner) {
            case .string, .array, .object: return inner
            default: break
            }
        }
        return value.written
    }

    /// The JSON text of an attribute.
    subscript(_ key: String) -> String? {
        get { places[key].map { entries[$0].text } }
        set {
            guard let newValue else { return }
            if let place = places[key] {
                entries[place].text = newValue
            } else {
                places[key] = entries.count
                entries.append(Entry(key: key, text: newValue))
            }
        }
    }

    /// The value of an attribute.
    func value(_ key: String) -> OrderedJSON? { self[key].map { OrderedJSON.parse($0) ?? .string($0) } }

    /// The text that an attribute holds: without quotes when it is a text, else as written.
    func plain(_ key: String) -> String? {
        self[key].map { text in OrderedJSON.parse(text)?.stringValue ?? text }
    }
}
