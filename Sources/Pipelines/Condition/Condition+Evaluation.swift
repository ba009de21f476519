import Primitives

/// What came of a condition.
struct ConditionVerdict: Hashable {
    let holds: Bool
    /// One sentence that names the values which decided.
    let explanation: String
}

extension Condition {
    /// The most values that an explanation names.
    private static let maximumNamed = 6

    /// Decides.
    ///
    /// - Throws: `task_condition_failed` when values cannot be compared, and what reading an input throws.
    func decide(_ values: ConditionValues) throws -> ConditionVerdict {
        let holds = try evaluate(expression, values).boolean(in: source)
        var named: [String] = []
        for reference in references where named.count < Self.maximumNamed {
            let text = "\(reference.text) is \(Self.text(try values.value(reference)))"
            if !named.contains(text) { named.append(text) }
        }
        let verdict = "'\(source)' \(holds ? "holds" : "does not hold")"
        return ConditionVerdict(
            holds: holds,
            explanation: named.isEmpty ? verdict + "." : "\(verdict): \(named.joined(separator: ", "))."
        )
    }

    private func evaluate(_ expression: ConditionExpression, _ values: ConditionValues) throws -> JSONValue {
        switch expression {
        case .literal(let value): return value
        case .list(let elements): return .array(try elements.map { try evaluate($0, values) })
        case .reference(let reference): return try values.value(reference)
        case .not(let inner): return .bool(try !evaluate(inner, values).boolean(in: source))
        case .and(let left, let right):
            guard try evaluate(left, values).boolean(in: source) else { return .bool(false) }
            return .bool(try evaluate(right, values).boolean(in: source))
        case .or(let left, let right):
            if try evaluate(left, values).boolean(in: source) { return .bool(true) }
            return .bool(try evaluate(right, values).boolean(in: source))
        case .compare(let comparison, let left, let right, _):
            return .bool(try compare(comparison, evaluate(left, values), evaluate(right, values)))
        }
    }

    private func compare(_ sign: ConditionExpression.Comparison, _ left: JSONValue, _ right: JSONValue) throws -> Bool {
        switch sign {
        case .equal: left.isSame(as: right)
        case .unequal: !left.isSame(as: right)
        case .within: try contains(right, left)
        case .without: try !contains(right, left)
        case .less: try ordered(left, right, sign) < 0
        case .atMost: try ordered(left, right, sign) <= 0
        case .more: try ordered(left, right, sign) > 0
        case .atLeast: try ordered(left, right, sign) >= 0
        }
    }

    /// An element of a list, a key of an object, or a part of a text.
    private func contains(_ whole: JSONValue, _ part: JSONValue) throws -> Bool {
        switch (whole, part) {
        case (.array(let elements), _): return elements.contains { $0.isSame(as: part) }
        case (.object(let members), .string(let key)): return members[key] != nil
        case (.string(let text), .string(let part)): return part.isEmpty || text.contains(part)
        default: throw incomparable("in", part, whole)
        }
    }

    private func ordered(_ left: JSONValue, _ right: JSONValue, _ sign: ConditionExpression.Comparison) throws -> Int {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.string(let left), .string(let right)):
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : left == right ? 0 : 1
        default:
            guard let left = left.numberValue, let right = right.numberValue else {
                throw incomparable(sign.rawValue, left, right)
            }
            return left < right ? -1 : left > right ? 1 : 0
        }
    }

    private func incomparable(_ sign: String, _ left: JSONValue, _ right: JSONValue) -> PlatformError {
        PlatformError(
            .taskConditionFailed,
            "The condition '\(source)' cannot be decided: \(Self.text(left)) \(sign) \(Self.text(right)).",
            nextStep: "Compare values of one type; look at what the earlier task wrote."
        )
    }

    /// A value in a message.
    private static func text(_ value: JSONValue) -> String {
        let text = (try? CanonicalJSON.text(value)) ?? value.commandText
        return text.count > 80 ? text.prefix(80) + "…" : text
    }
}

extension JSONValue {
    /// Equal, with 1 and 1.0 as one number.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer, .number), (.number, .integer): numberValue == other.numberValue
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        default: self == other
        }
    }

    /// Only `true` and `false` decide: what would "0" mean?
    fileprivate func boolean(in source: String) throws -> Bool {
        guard case .bool(let value) = self else {
            throw PlatformError(
                .taskConditionFailed,
                "The condition '\(source)' is neither true nor false.",
                nextStep: "Compare the value with another one."
            )
        }
        return value
    }
}
