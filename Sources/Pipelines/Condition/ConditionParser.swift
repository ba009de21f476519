import Primitives

/// Reads a condition by recursive descent.
struct ConditionParser {
    private typealias Token = ConditionScanner.Token

    private var scanner: ConditionScanner
    private var token = ConditionScanner.Token.end
    private var offset = 0
    private var depth = 0
    private let length: Int

    init(_ source: String) {
        scanner = ConditionScanner(source)
        length = source.count
    }

    /// The whole text as one expression.
    mutating func whole() throws(ConditionProblem) -> ConditionExpression {
        guard length <= Condition.maximumCharacters else {
            throw ConditionProblem(
                "The condition has \(length) characters; the most is \(Condition.maximumCharacters).",
                nextStep: "Let a task decide and write its answer to an output.",
                at: 0
            )
        }
        try advance()
        let expression = try disjunction()
        guard token == .end else { throw unexpected("'and', 'or' or the end") }
        return expression
    }

    private mutating func disjunction() throws(ConditionProblem) -> ConditionExpression {
        var left = try conjunction()
        while token == .word("or") {
            try advance()
            left = .or(left, try conjunction())
        }
        return left
    }

    private mutating func conjunction() throws(ConditionProblem) -> ConditionExpression {
        var left = try factor()
        while token == .word("and") {
            try advance()
            left = .and(left, try factor())
        }
        return left
    }

    private mutating func factor() throws(ConditionProblem) -> ConditionExpression {
        if token == .word("not") {
            try advance()
            try deepen()
            defer { depth -= 1 }
            return .not(try factor())
        }
        let left = try operand(), place = offset
        guard let comparison = try comparison() else { return left }
        return .compare(comparison, left, try operand(), offset: place)
    }

    private mutating func comparison() throws(ConditionProblem) -> ConditionExpression.Comparison? {
        switch token {
        case .sign(let sign):
            guard let comparison = ConditionExpression.Comparison(rawValue: sign) else { return nil }
            try advance()
            return comparison
        case .word("in"):
            try advance()
            return .within
        case .word("not"):
            try advance()
            guard token == .word("in") else { throw unexpected("'in'") }
            try advance()
            return .without
        default: return nil
        }
    }

    private mutating func operand() throws(ConditionProblem) -> ConditionExpression {
        switch token {
        case .text(let text):
            try advance()
            return .literal(.string(text))
        case .number(let value):
            try advance()
            return .literal(value)
        case .sign("("):
            try advance()
            try deepen()
            defer { depth -= 1 }
            let inner = try disjunction()
            try expect(")")
            return inner
        case .sign("["): return .list(try elements())
        case .word(let word): return try named(word)
        default: throw unexpected("a value")
        }
    }

    private mutating func elements() throws(ConditionProblem) -> [ConditionExpression] {
        try expect("[")
        try deepen()
        defer { depth -= 1 }
        var elements: [ConditionExpression] = []
        while token != .sign("]") {
            elements.append(try operand())
            if token != .sign(",") { break }
            try advance()
        }
        try expect("]")
        return elements
    }

    private mutating func named(_ word: String) throws(ConditionProblem) -> ConditionExpression {
        let place = offset
        if let literal = ["true": JSONValue.bool(true), "false": .bool(false), "null": .null][word] {
            try advance()
            return .literal(literal)
        }
        guard let root = ConditionReference.Root(rawValue: word) else {
            let known = ConditionReference.Root.allCases.map(\.rawValue) + ["true", "false", "null", "not"]
            throw ConditionProblem(
                "'\(word)' is nothing that a condition knows; a text stands between quotes.",
                nextStep: Suggestion.phrase(for: word, among: known),
                at: place
            )
        }
        try advance()
        var steps: [ConditionReference.Step] = []
        while let step = try step() { steps.append(step) }
        guard case .key(let name)? = steps.first else {
            throw ConditionProblem(
                "'\(word)' is followed by no name.",
                nextStep: root == .tasks ? "Write tasks.NAME.state." : "Write \(word).NAME.",
                at: place
            )
        }
        return .reference(
            ConditionReference(root: root, name: name, path: Array(steps.dropFirst()), offset: place)
        )
    }

    private mutating func step() throws(ConditionProblem) -> ConditionReference.Step? {
        if token == .sign(".") {
            try advance()
            guard case .word(let key) = token else { throw unexpected("a name") }
            try advance()
            return .key(key)
        }
        guard token == .sign("[") else { return nil }
        try advance()
        let step: ConditionReference.Step
        switch token {
        case .text(let key): step = .key(key)
        case .number(.integer(let index)) where (0...Int64(Int32.max)).contains(index): step = .index(Int(index))
        default: throw unexpected("a text between quotes or a place from 0")
        }
        try advance()
        try expect("]")
        return step
    }

    // MARK: - Tokens

    private mutating func advance() throws(ConditionProblem) { (token, offset) = try scanner.next() }

    private mutating func expect(_ sign: String) throws(ConditionProblem) {
        guard token == .sign(sign) else { throw unexpected("'\(sign)'") }
        try advance()
    }

    private mutating func deepen() throws(ConditionProblem) {
        depth += 1
        guard depth <= Condition.maximumDepth else {
            throw ConditionProblem(
                "The condition is nested deeper than \(Condition.maximumDepth).",
                nextStep: "Let a task decide and write its answer to an output.",
                at: offset
            )
        }
    }

    private func unexpected(_ wanted: String) -> ConditionProblem {
        let found =
            switch token {
            case .word(let text), .sign(let text): "'\(text)' stands here"
            case .text(let text): "the text '\(text.prefix(40))' stands here"
            case .number(let value): "the number \(value.commandText) stands here"
            case .end: "the condition ends here"
            }
        return ConditionProblem(
            "\(found.prefix(1).uppercased() + found.dropFirst()), where \(wanted) must stand.",
            at: offset
        )
    }
}
