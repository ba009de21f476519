/// What MLflow's Python code says of a value.
extension OrderedJSON {
    /// Whether Python takes the value for false: null, false, zero and everything empty.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .number(let written): Double(written) == 0
        case .string(let text): text.isEmpty
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        }
    }

    /// The name that MLflow's schemas give to the kind of a value.
    package var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: isWhole ? "integer" : "float"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// Python's name of the type that its `json` reads the value as.
    package var pythonType: String {
        switch self {
        case .null: "NoneType"
        case .bool: "bool"
        case .number: isWhole ? "int" : "float"
        case .string: "str"
        case .array: "list"
        case .object: "dict"
        }
    }

    /// The value as Python's `str` writes it.
    package var pythonText: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .number(let written): written
        case .string(let text): text
        case .array, .object: written
        }
    }

    /// Whether a number is written without fraction and exponent, however large it is.
    private var isWhole: Bool {
        guard case .number(let written) = self else { return false }
        return written.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
    }
}
