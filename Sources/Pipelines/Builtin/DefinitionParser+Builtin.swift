import Primitives
import Yams

extension DefinitionParser {
    /// Keys that have no meaning where no process runs.
    static let processKeys = [
        "run", "environment", "code", "python", "network", "executor", "image", "resources",
    ]

    /// `uses:` and `with:` of a task.
    mutating func builtin(_ values: [String: Node], task: String) -> BuiltinUse? {
        let what = "'uses' of task '\(task)'"
        guard let node = values["uses"], let name = reader.text(node, of: what) else { return nil }
        guard let known = BuiltinOperator(rawValue: name) else {
            reader.note(
                .pipelineUndefinedOperator,
                "No built-in operator is called '\(name.prefix(80))', which task '\(task)' uses.",
                nextStep: Suggestion.phrase(for: name, among: BuiltinOperator.allCases.map(\.rawValue)),
                at: node
            )
            return nil
        }
        for key in Self.processKeys {
            guard let other = values[key] else { continue }
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' has both 'uses' and '\(key)'; an operator runs inside the server, without a process.",
                nextStep: "Remove one of the two.",
                at: other
            )
        }
        return BuiltinUse(builtin: known, arguments: arguments(values["with"], of: known, task: task, at: node))
    }

    private mutating func arguments(
        _ node: Node?,
        of known: BuiltinOperator,
        task: String,
        at place: Node
    ) -> [String: [CommandTemplate]] {
        let what = "'with' of task '\(task)'", declared = known.arguments
        var out: [String: [CommandTemplate]] = [:]
        for member in node.flatMap({ reader.members($0, of: what, allowed: declared.map(\.name)) }) ?? [] {
            guard let argument = declared.first(where: { $0.name == member.key }) else { continue }
            let name = "'\(member.key)' of \(what)"
            var texts: [(text: String, node: Node)]
            if argument.isList, member.value.sequence != nil {
                texts = reader.list(member.value, of: name) ?? []
            } else {
                texts = reader.text(member.value, of: name).map { [($0, member.value)] } ?? []
            }
            let templates = texts.map { (template: CommandTemplate($0.text), node: $0.node) }
            for (template, node) in templates {
                guard let problem = Self.problem(template, argument) else { continue }
                reader.note(
                    .pipelineInvalidValue,
                    "\(name.prefix(1).uppercased() + name.dropFirst()): \(problem)",
                    at: node
                )
            }
            out[member.key] = templates.map(\.template)
        }
        for argument in declared where argument.isRequired && out[argument.name]?.isEmpty != false {
            if let value = node?.mapping?[argument.name], value.sequence?.isEmpty != true { continue }
            reader.note(
                .pipelineMissingKey,
                "Task '\(task)' uses '\(known.rawValue)', which needs '\(argument.name)'.",
                nextStep: "Add 'with: { \(argument.name): … }'. \(argument.summary)",
                at: node ?? place
            )
        }
        return out
    }

    private static func problem(_ template: CommandTemplate, _ argument: BuiltinArgument) -> String? {
        if template.isPlain { return argument.problem(template.source) }
        for scope in [CommandTemplate.Scope.inputs, .outputs] where !template.names(in: scope).isEmpty {
            return "an operator finds its inputs and outputs by itself; ${\(scope.rawValue).…} is for commands."
        }
        // What a run puts there is checked when it is known; the rest can be now.
        guard argument.kind == .comparison else { return nil }
        let texts = template.pieces.map { if case .text(let text) = $0 { text } else { "1" } }
        let isWhole = texts.count == 1
        return isWhole ? nil : argument.problem(texts.joined())
    }

    /// An operator takes so many inputs, and makes so many outputs.
    mutating func checkBuiltin(_ task: TaskDefinition) {
        guard let known = task.builtin?.builtin, let node = taskNodes[task.name] else { return }
        let inputs = task.inputs.count + (task.map?.isOverShards == true ? 1 : 0)
        for (what, count, bounds) in [
            ("input", inputs, known.inputs), ("output", task.outputs.count, known.outputs),
        ] where !bounds.contains(count) {
            let few = bounds.lowerBound == bounds.upperBound ? "\(bounds.lowerBound)" : "from \(bounds.lowerBound)"
            let wanted = bounds.upperBound < 2 && bounds.count > 1 ? "at most \(bounds.upperBound)" : few
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task.name)' uses '\(known.rawValue)' with \(count) \(what)\(count == 1 ? "" : "s").",
                nextStep: "It has \(wanted).",
                at: node
            )
        }
    }
}
