/// A JSON value (RFC 8259) that is kept as it was written: members in their order, numbers in their spelling (`1` and `1.0`
/// are two values, as they are in Python). What users send, spans and evaluation records, comes back as it was sent.
///
/// Besides the standard it reads and writes `NaN`, `Infinity` and `-Infinity`, as Python's `json` does.
package indirect enum OrderedJSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as written.
    case number(String)
    case string(String)
    case array([OrderedJSON])
    case object([Member])

    /// One member of an object.
    package struct Member: Sendable, Hashable {
        /// Its name.
        package let key: String
        /// What it holds.
        package var value: OrderedJSON

        /// Makes a member.
        package init(_ key: String, _ value: OrderedJSON) {
            self.key = key
            self.value = value
        }
    }
}

extension OrderedJSON {
    /// A whole number.
    package static func integer(_ value: Int64) -> OrderedJSON { .number(String(value)) }

    /// A fraction, also one that is infinite or no number.
    package static func real(_ value: Double) -> OrderedJSON {
        if value.isNaN { return .number("NaN") }
        if value.isInfinite { return .number(value > 0 ? "Infinity" : "-Infinity") }
        return .number(value.description)
    }

    /// An object from the pairs whose value is not nil.
    package static func members(_ pairs: (String, OrderedJSON?)...) -> OrderedJSON {
        .object(pairs.compactMap { key, value in value.map { Member(key, $0) } })
    }

    /// A text, or nil for nil.
    package static func optional(_ text: String?) -> OrderedJSON? { text.map(OrderedJSON.string) }
}

extension OrderedJSON {
    /// The last member of that name of an object, or nil.
    package subscript(_ key: String) -> OrderedJSON? { members?.last { $0.key == key }?.value }

    /// The members of an object, or nil for any other kind.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array, or nil for any other kind.
    package var elements: [OrderedJSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The text, or nil for any other kind.
    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// A number, or nil for any other kind; infinite for one that is out of range.
    package var numberValue: Double? {
        if case .number(let written) = self { Double(written) } else { nil }
    }

    /// A number that is written without fraction and exponent and has a place in 64 bits, or nil.
    package var wholeNumber: Int64? {
        if case .number(let written) = self { Int64(written) } else { nil }
    }

    /// A whole number, also one that is written as a fraction or as a text, or nil.
    package var integerValue: Int64? {
        switch self {
        case .number(let written): Int64(written) ?? Double(written).flatMap(Int64.init(exactly:))
        case .string(let text): Int64(text)
        default: nil
        }
    }

    /// The value with every whole number made a fraction, as `google.protobuf.Value` holds it.
    package var withRealNumbers: OrderedJSON {
        switch self {
        case .number: wholeNumber.map { .real(Double($0)) } ?? self
        case .array(let elements): .array(elements.map(\.withRealNumbers))
        case .object(let members): .object(members.map { Member($0.key, $0.value.withRealNumbers) })
        default: self
        }
    }

    /// This object with a member set: an existing one keeps its place.
    package func setting(_ key: String, _ value: OrderedJSON) -> OrderedJSON {
        guard case .object(var members) = self else { return self }
        if let place = members.firstIndex(where: { $0.key == key }) {
            members[place].value = value
        } else {
            members.append(Member(key, value))
        }
        return .object(members)
    }

    /// This object with the members of another one set, as Python's `dict.update` does.
    package func updated(with other: OrderedJSON) -> OrderedJSON {
        (other.members ?? []).reduce(self) { $0.setting($1.key, $1.value) }
    }
}

extension OrderedJSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}
