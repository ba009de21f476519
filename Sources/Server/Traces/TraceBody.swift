import Foundation
import HTTPTypes
import Hummingbird
import Primitives
import Tracking

/// The body of a tracing call, whose shape the protocol leaves open in places: members are read one by one, and a wrong one
/// is named in the error.
struct TraceBody: Sendable {
    /// The largest body, in bytes.
    static let maximumBytes = 16 << 20

    private let tree: OrderedJSON

    init(_ tree: OrderedJSON) {
        self.tree = tree
    }

    /// Reads the body of a call.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for another content type and for what is no JSON object; `body_too_large`.
    static func read(_ call: MLflowCall) async throws -> TraceBody {
        if let content = call.call.request.headers[.contentType],
            !content.lowercased().hasPrefix("application/json")
        {
            throw PlatformError.mlflowInvalid(
                "Bad Request. Content-Type must be one of ['application/json'], not '\(content.prefix(100))'."
            )
        }
        let data = try await call.call.body(upTo: maximumBytes)
        guard !data.isEmpty else { return TraceBody(.object([])) }
        guard String(validating: data, as: UTF8.self) != nil,
            let tree = data.withUnsafeBytes({ OrderedJSON.parse($0.assumingMemoryBound(to: UInt8.self)) }),
            tree.members != nil
        else { throw PlatformError.mlflowInvalid("The request body is not a JSON object.") }
        return TraceBody(tree)
    }

    /// A member, null counting as absent; its name in camel case is taken too, as protobuf's JSON allows.
    func member(_ key: String) -> OrderedJSON? {
        let found = tree[key] ?? tree[Self.camel(key)]
        return found == .null ? nil : found
    }

    private static func camel(_ key: String) -> String {
        let words = key.split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// A text, or nil.
    func text(_ key: String) throws -> String? {
        guard let value = member(key) else { return nil }
        guard let text = value.stringValue else { throw Self.wrong(key, value) }
        return text
    }

    /// A text that must be there and not be empty.
    func required(_ key: String) throws -> String { try MLflowCall.require(text(key), key) }

    /// A whole number, or nil; one written as a text counts, as protobuf's JSON has it.
    func integer(_ key: String) throws -> Int64? {
        guard let value = member(key) else { return nil }
        guard let number = value.integerValue else { throw Self.wrong(key, value) }
        return number
    }

    /// Texts; none when absent.
    func texts(_ key: String) throws -> [String] {
        guard let value = member(key) else { return [] }
        guard let elements = value.elements else { throw Self.wrong(key, value) }
        return try elements.map { element in
            guard let text = element.stringValue else { throw Self.wrong(key, value) }
            return text
        }
    }

    /// Objects; none when absent.
    func bodies(_ key: String) throws -> [TraceBody] {
        guard let value = member(key) else { return [] }
        guard let elements = value.elements else { throw Self.wrong(key, value) }
        return try elements.map { element in
            guard element.members != nil else { throw Self.wrong(key, value) }
            return TraceBody(element)
        }
    }

    /// An object, or nil.
    func body(_ key: String) throws -> TraceBody? {
        guard let value = member(key) else { return nil }
        guard value.members != nil else { throw Self.wrong(key, value) }
        return TraceBody(value)
    }

    /// Pairs written as an object; the last of one key wins.
    func map(_ key: String) throws -> [KeyValue] {
        guard let value = member(key) else { return [] }
        guard let members = value.members else { throw Self.wrong(key, value) }
        return try members.map { member in
            guard let text = member.value.stringValue else { throw Self.wrong(key, value) }
            return KeyValue(member.key, text)
        }
    }

    /// Pairs written as a list of `{"key", "value"}`.
    func pairs(_ key: String) throws -> [KeyValue] {
        try bodies(key).map { KeyValue(try $0.required("key"), try $0.text("value") ?? "") }
    }

    /// A moment in milliseconds, written as RFC 3339.
    func moment(_ key: String) throws -> Timestamp? {
        guard let value = member(key) else { return nil }
        guard let moment = value.stringValue.flatMap(ProtoTime.moment) else { throw Self.wrong(key, value) }
        return moment
    }

    static func wrong(_ key: String, _ value: OrderedJSON) -> PlatformError {
        return PlatformError.mlflowInvalid(
            "Invalid value \(value.written.prefix(500)) for parameter '\(key)' supplied:  Hint: Value was of type '\(value.pythonType)'. "
                + "See the API docs for more information about request parameters."
        )
    }
}

/// Times as protobuf's JSON writes them.
enum ProtoTime {
    /// A moment from RFC 3339, with a fraction of up to nine digits and `Z` or an offset; nil for anything else.
    static func moment(_ text: String) -> Timestamp? {
        let parts = text.split(separator: "T")
        guard parts.count == 2 else { return nil }
        let date = parts[0].split(separator: "-").compactMap { Int64($0) }
        var clock = parts[1]
        var offset: Int64 = 0
        if clock.hasSuffix("Z") {
            clock = clock.dropLast()
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            let zone = clock[clock.index(after: sign)...].split(separator: ":").compactMap { Int64($0) }
            guard zone.count == 2, zone[0] < 24, zone[1] < 60 else { return nil }
            offset = (zone[0] * 60 + zone[1]) * (clock[sign] == "-" ? -60_000 : 60_000)
            clock = clock[..<sign]
        } else {
            return nil
        }
        let time = clock.split(separator: ":")
        guard date.count == 3, time.count == 3, let hour = Int64(time[0]), let minute = Int64(time[1]),
            let milliseconds = milliseconds(time[2]), (1...9999).contains(date[0]), (1...12).contains(date[1]),
            (1...31).contains(date[2]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        let minutes = days(date[0], date[1], date[2]) * 1440 + hour * 60 + minute
        return Timestamp(milliseconds: minutes * 60_000 + milliseconds - offset)
    }

    /// A duration such as `1.5s`, in milliseconds; nil for anything else.
    static func duration(_ text: String) -> Int64? {
        guard text.hasSuffix("s") else { return nil }
        let isNegative = text.hasPrefix("-")
        let value = milliseconds(text.dropLast().drop { $0 == "-" })
        return value.map { isNegative ? -$0 : $0 }
    }

    /// A duration as protobuf writes it.
    static func text(duration milliseconds: Int64) -> String {
        let (seconds, fraction) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = fraction == 0 ? "" : "." + String(String(fraction + 1000).dropFirst())
        return "\(milliseconds < 0 ? "-" : "")\(seconds)\(digits)s"
    }

    /// Seconds with a fraction, cut to milliseconds.
    private static func milliseconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let seconds = Int64(parts[0]), seconds >= 0, seconds < 1 << 50 else { return nil }
        guard parts.count == 2 else { return seconds * 1000 }
        guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), parts[1].count <= 9 else { return nil }
        return seconds * 1000 + (Int64((parts[1] + "000").prefix(3)) ?? 0)
    }

    /// Days from 1970-01-01 to a day of the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date
    /// Algorithms").
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
