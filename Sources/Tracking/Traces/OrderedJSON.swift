/// A JSON value (RFC 8259) whose objects keep the order of their members and whose whole numbers stay apart from
/// fractions, as clients see them when they read a span's attributes back.
package indirect enum OrderedJSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([OrderedJSON])
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable, Hashable {
        /// Its name.
        package let key: String
        /// What it holds.
        package let value: OrderedJSON

        /// Makes a member.
        package init(_ key: String, _ value: OrderedJSON) {
            self.key = key
            self.value = value
        }
    }
}

extension OrderedJSON {
    /// The last member of that name of an object, or nil.
    package subscript(_ key: String) -> OrderedJSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == key }?.value
    }

    /// The text, or nil for any other kind.
    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A number, or nil for any other kind; infinite for one that is out of range.
    package var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// A whole number, also one that is written as a fraction or as a text, or nil.
    package var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .real(let value): Int64(exactly: value)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    /// The elements, or nil for any other kind.
    package var elements: [OrderedJSON]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The members, or nil for any other kind.
    package var members: [Member]? {
        if case .object(let values) = self { values } else { nil }
    }

    /// Whether Python takes the value for false: null, false, zero and everything empty.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .integer(let value): value == 0
        case .real(let value): value == 0
        case .string(let text): text.isEmpty
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        }
    }

    /// The value with every whole number made a fraction, as `google.protobuf.Value` holds it.
    package var withRealNumbers: OrderedJSON {
        switch self {
        case .integer(let value): .real(Double(value))
        case .array(let values): .array(values.map(\.withRealNumbers))
        case .object(let members): .object(members.map { Member($0.key, $0.value.withRealNumbers) })
        default: self
        }
    }

    /// An object from the pairs whose value is not nil.
    package static func members(_ pairs: (String, OrderedJSON?)...) -> OrderedJSON {
        .object(pairs.compactMap { key, value in value.map { Member(key, $0) } })
    }

    /// A text, or nil for nil.
    package static func optional(_ text: String?) -> OrderedJSON? { text.map(OrderedJSON.string) }
}

extension OrderedJSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}
