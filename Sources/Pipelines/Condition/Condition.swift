import Primitives

/// What stands in a task's `when:`: a comparison of parameters, JSON inputs and states of earlier tasks with values.
///
///     expression = term { "or" term }          term    = factor { "and" factor }
///     factor     = "not" factor | operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in") operand ]
///     operand    = number | text | "true" | "false" | "null" | "[" operands "]" | reference | "(" expression ")"
///     reference  = ("params" | "inputs" | "tasks") path          path = "." name | "[" text or number "]" …
package struct Condition: Sendable, Hashable {
    /// The longest text, in characters.
    package static let maximumCharacters = 1_000
    /// The deepest nesting of brackets and `not`.
    package static let maximumDepth = 32
    /// The largest file that a condition reads, in bytes.
    package static let maximumDocumentBytes = 1 << 20

    /// As written.
    package let source: String
    let expression: ConditionExpression

    /// Reads a text.
    ///
    /// - Throws: what is wrong, with its place.
    init(_ source: String) throws(ConditionProblem) {
        self.source = source
        var parser = ConditionParser(source)
        expression = try parser.whole()
    }

    /// Everything that it looks at, in the order of the text.
    var references: [ConditionReference] { expression.references }
}

/// A condition in parts.
indirect enum ConditionExpression: Sendable, Hashable {
    /// How two values are compared.
    enum Comparison: String, Sendable, CaseIterable {
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case atMost = "<="
        case more = ">"
        case atLeast = ">="
        case within = "in"
        case without = "not in"

        /// Whether it asks which is larger.
        var isOrder: Bool { [.less, .atMost, .more, .atLeast].contains(self) }
    }

    case literal(JSONValue)
    case list([ConditionExpression])
    case reference(ConditionReference)
    case not(ConditionExpression)
    case and(ConditionExpression, ConditionExpression)
    case or(ConditionExpression, ConditionExpression)
    /// `offset`: where the sign stands.
    case compare(Comparison, ConditionExpression, ConditionExpression, offset: Int)

    var references: [ConditionReference] {
        switch self {
        case .literal: []
        case .list(let elements): elements.flatMap(\.references)
        case .reference(let reference): [reference]
        case .not(let inner): inner.references
        case .and(let left, let right), .or(let left, let right), .compare(_, let left, let right, _):
            left.references + right.references
        }
    }
}

/// Something that a condition looks at.
struct ConditionReference: Sendable, Hashable {
    /// What kind of thing.
    enum Root: String, Sendable, CaseIterable {
        /// A parameter of the run.
        case params
        /// The JSON content of an input of the task.
        case inputs
        /// The state of a task that this one waits for.
        case tasks
    }

    /// One step into a document.
    enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    let root: Root
    /// Which parameter, input or task.
    let name: String
    /// Into the value.
    let path: [Step]
    /// Where it begins, in characters of the text.
    let offset: Int

    /// As messages write it.
    var text: String {
        "\(root.rawValue).\(name)"
            + path.map { step in
                switch step {
                case .key(let key): ".\(key)"
                case .index(let index): "[\(index)]"
                }
            }.joined()
    }
}

/// What is wrong with the text of a condition.
struct ConditionProblem: Error, Hashable {
    let message: String
    let nextStep: String
    /// In characters from the beginning of the text.
    let offset: Int

    init(_ message: String, nextStep: String = "", at offset: Int) {
        self.message = message
        self.nextStep = nextStep
        self.offset = offset
    }
}
