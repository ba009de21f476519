import Primitives
import Yams

extension DefinitionParser {
    /// `when:` of a task.
    mutating func condition(_ node: Node, task: String) -> Condition? {
        guard let text = reader.text(node, of: "'when' of task '\(task)'") else { return nil }
        do {
            return try Condition(text)
        } catch {
            note(error, of: task, at: node)
            return nil
        }
    }

    /// `join:` of a task.
    mutating func join(_ node: Node, task: String) -> JoinRule {
        guard let text = reader.text(node, of: "'join' of task '\(task)'") else { return .all }
        guard let rule = JoinRule(rawValue: text) else {
            reader.note(
                .pipelineInvalidValue,
                "'join' of task '\(task)' is '\(text.prefix(80))'.",
                nextStep: Suggestion.phrase(for: text, among: JoinRule.allCases.map(\.rawValue)),
                at: node
            )
            return .all
        }
        return rule
    }

    /// What a condition looks at must be there, and be of a type that it can be compared with.
    mutating func checkCondition(_ task: TaskDefinition, _ definition: PipelineDefinition) {
        guard let condition = task.condition, let node = conditionNodes[task.name] else { return }
        let missing = condition.references.compactMap { Self.problem($0, task, definition) }
        for problem in missing { note(problem, of: task.name, at: node) }
        if !missing.isEmpty { return }
        let types = ConditionTypes(task: task, definition: definition)
        if let problem = types.problem(condition.expression) { note(problem, of: task.name, at: node) }
    }

    private static func problem(
        _ reference: ConditionReference,
        _ task: TaskDefinition,
        _ definition: PipelineDefinition
    ) -> ConditionProblem? {
        let known: [String]
        switch reference.root {
        case .params: known = definition.parameters.map(\.name)
        case .inputs: known = task.inputs.map(\.name)
        case .tasks:
            known = task.upstream
            if reference.path != [.key("state")] {
                return ConditionProblem(
                    "Of a task, a condition knows the state.",
                    nextStep: "Write tasks.\(reference.name).state; bind an output as an input to read it.",
                    at: reference.offset
                )
            }
        }
        if known.contains(reference.name) { return nil }
        let reason =
            switch reference.root {
            case .params: "There is no parameter '\(reference.name)'."
            case .inputs: "The task has no input '\(reference.name)'."
            case .tasks: "The task does not wait for '\(reference.name)'."
            }
        return ConditionProblem(
            reason,
            nextStep: reference.root == .tasks && definition.task(reference.name) != nil
                ? "Add it to 'after:'." : Suggestion.phrase(for: reference.name, among: known),
            at: reference.offset
        )
    }

    /// The place within the text, where the text is written on one line as it is read.
    private mutating func note(_ problem: ConditionProblem, of task: String, at node: Node) {
        var line = node.mark?.line ?? 1, column = node.mark?.column ?? 1
        if let scalar = node.scalar, !scalar.string.contains("\n"), ![.literal, .folded].contains(scalar.style) {
            column += problem.offset + (scalar.style == .plain ? 0 : 1)
        } else if node.scalar?.style == .literal {
            let before = node.scalar?.string.prefix(problem.offset) ?? ""
            line += 1 + before.count { $0 == "\n" }
            column = 1
        }
        reader.note(
            DefinitionProblem(
                .pipelineInvalidCondition,
                "'when' of task '\(task)': \(problem.message)",
                nextStep: problem.nextStep,
                line: line,
                column: column
            )
        )
    }
}

/// What is known of a condition's types before anything runs.
struct ConditionTypes {
    private enum Kind {
        case boolean
        case number
        case text
        case list
        /// What a task writes.
        case unknown
    }

    let task: TaskDefinition
    let definition: PipelineDefinition

    /// The first thing that could never be decided.
    func problem(_ expression: ConditionExpression) -> ConditionProblem? {
        if let problem = inside(expression) { return problem }
        guard ![.boolean, .unknown].contains(kind(expression)) else { return nil }
        return ConditionProblem(
            "The condition is neither true nor false.",
            nextStep: "Compare the value with another one.",
            at: expression.references.first?.offset ?? 0
        )
    }

    private func inside(_ expression: ConditionExpression) -> ConditionProblem? {
        switch expression {
        case .literal, .reference: return nil
        case .list(let elements): return elements.lazy.compactMap { inside($0) }.first
        case .not(let inner): return problem(inner)
        case .and(let left, let right), .or(let left, let right): return problem(left) ?? problem(right)
        case .compare(let sign, let left, let right, let offset):
            return inside(left) ?? inside(right) ?? compared(sign, left, right, offset)
        }
    }

    private func compared(
        _ sign: ConditionExpression.Comparison,
        _ left: ConditionExpression,
        _ right: ConditionExpression,
        _ offset: Int
    ) -> ConditionProblem? {
        if let problem = state(left, right) ?? state(right, left) { return problem }
        let kinds = (kind(left), kind(right))
        if kinds.0 == .unknown || kinds.1 == .unknown || isNull(left) || isNull(right) { return nil }
        let fits =
            switch sign {
            case .within, .without: kinds.1 == .list || kinds == (.text, .text)
            case _ where sign.isOrder: kinds == (.number, .number) || kinds == (.text, .text)
            default: kinds.0 == kinds.1
            }
        if fits { return nil }
        return ConditionProblem(
            "These two can never be compared by '\(sign.rawValue)': their types differ.",
            nextStep: "Texts stand between quotes, numbers and true and false do not.",
            at: offset
        )
    }

    /// A state that no task has.
    private func state(_ one: ConditionExpression, _ other: ConditionExpression) -> ConditionProblem? {
        guard case .reference(let reference) = one, reference.root == .tasks, case .literal(.string(let text)) = other
        else { return nil }
        let known = ["succeeded", "cached", "failed", "skipped", "cancelled"]
        if known.contains(text) { return nil }
        return ConditionProblem(
            "No task that is over is '\(text.prefix(40))'.",
            nextStep: Suggestion.phrase(for: text, among: known),
            at: reference.offset
        )
    }

    private func isNull(_ expression: ConditionExpression) -> Bool { expression == .literal(.null) }

    private func kind(_ expression: ConditionExpression) -> Kind {
        switch expression {
        case .literal(.bool), .not, .and, .or, .compare: return .boolean
        case .literal(.integer), .literal(.number): return .number
        case .literal(.string): return .text
        case .list: return .list
        case .literal: return .unknown
        case .reference(let reference):
            switch reference.root {
            case .inputs: return .unknown
            case .tasks: return .text
            case .params:
                guard reference.path.isEmpty else { return .unknown }
                switch definition.parameters.first(where: { $0.name == reference.name })?.type {
                case .string: return .text
                case .integer, .number: return .number
                case .boolean: return .boolean
                case .list: return .list
                case nil: return .unknown
                }
            }
        }
    }
}
