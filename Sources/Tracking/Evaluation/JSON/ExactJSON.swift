import Primitives

/// A JSON document that is kept as it was written: members in their order, numbers in their spelling (`1` and `1.0` are two
/// values, as they are in Python). Evaluation records are the user's data; they come back as they were sent.
///
/// Besides RFC 8259 it reads `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
package indirect enum ExactJSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as written.
    case number(String)
    case string(String)
    case array([ExactJSON])
    case object([Member])

    /// One name and its value.
    package struct Member: Sendable, Hashable {
        /// The name.
        package let name: String
        /// The value.
        package var value: ExactJSON

        /// Makes a member.
        package init(_ name: String, _ value: ExactJSON) {
            self.name = name
            self.value = value
        }
    }

    /// Reads a document.
    ///
    /// - Parameter what: names the document in the error.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package init(parsing text: String, what: String) throws {
        var parser = ExactJSONParser(text: text, what: what)
        self = try parser.document()
    }
}

extension ExactJSON {
    /// The member of an object, or nil.
    package subscript(_ name: String) -> ExactJSON? {
        members?.first { $0.name == name }?.value
    }

    /// The members of an object, or nil.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array, or nil.
    package var elements: [ExactJSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The string, or nil for any other kind.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Whether Python counts the value as true: not null, false, zero or empty.
    var isTruthy: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .number(let written): Double(written) != 0
        case .string(let text): !text.isEmpty
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// The name that MLflow's schemas give to the kind of a value.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number(let written): written.utf8.allSatisfy { $0 == 45 || (48...57).contains($0) } ? "integer" : "float"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// The value as Python's `str` writes it.
    var pythonText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .number(let written): written
        case .string(let text): text
        case .array, .object: written
        }
    }

    /// This object with a member set: an existing one keeps its place.
    func setting(_ name: String, _ value: ExactJSON) -> ExactJSON {
        guard case .object(var members) = self else { return self }
        if let place = members.firstIndex(where: { $0.name == name }) {
            members[place].value = value
        } else {
            members.append(Member(name, value))
        }
        return .object(members)
    }

    /// This object with the members of another one set, as Python's `dict.update` does.
    func updated(with other: ExactJSON) -> ExactJSON {
        (other.members ?? []).reduce(self) { $0.setting($1.name, $1.value) }
    }
}
