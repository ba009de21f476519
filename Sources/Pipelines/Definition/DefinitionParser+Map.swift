import Primitives
import Yams

extension DefinitionParser {
    /// `map:` of a task.
    mutating func map(_ node: Node, task: String) -> MapRule? {
        let what = "'map' of task '\(task)'"
        guard let members = reader.members(node, of: what, allowed: Self.mapKeys) else { return nil }
        var sources: [MapRule.Source] = [], limit = MapRule.standardLimit
        for member in members {
            switch member.key {
            case "limit":
                limit =
                    reader.integer(member.value, of: "'limit' of \(what)", in: 1...MapRule.maximumInstances) ?? limit
            default:
                guard let text = reader.text(member.value, of: "'\(member.key)' of \(what)") else { return nil }
                guard let source = Self.source(text, isShards: member.key == "shards") else {
                    reader.note(
                        .pipelineInvalidValue,
                        "'\(member.key)' of \(what) is '\(text.prefix(80))'.",
                        nextStep: member.key == "shards"
                            ? "Write TASK.OUTPUT, the folder with the shards."
                            : "Write params.NAME, or TASK.OUTPUT for a file with a JSON list.",
                        at: member.value
                    )
                    return nil
                }
                sources.append(source)
            }
        }
        guard let source = sources.first, sources.count == 1 else {
            reader.note(
                sources.isEmpty ? .pipelineMissingKey : .pipelineInvalidValue,
                sources.isEmpty ? "There is nothing to map over in \(what)." : "There are two sources in \(what).",
                nextStep: "Write one of over: params.NAME, over: TASK.OUTPUT, shards: TASK.OUTPUT.",
                at: node
            )
            return nil
        }
        return MapRule(source: source, limit: limit)
    }

    /// The source must be there, and `${map.…}` must be something of a mapped task.
    mutating func checkMap(
        _ task: TaskDefinition,
        _ tasks: [String: TaskDefinition],
        _ parameters: [ParameterDefinition]
    ) {
        if let rule = task.map, let node = mapNodes[task.name] { check(rule, of: task, tasks, parameters, at: node) }
        guard let node = taskNodes[task.name] else { return }
        for name in task.run.names(in: .map) {
            let isItem = name == "item" || name.hasPrefix("item.") && task.map?.isOverShards == false
            if task.map != nil, isItem || ["index", "key"].contains(name) { continue }
            reader.note(
                .pipelineUndefinedReference,
                task.map == nil
                    ? "The command of task '\(task.name)' uses ${map.\(name)}, but the task has no 'map'."
                    : "The command of task '\(task.name)' uses ${map.\(name)}, which is no part of an element.",
                nextStep: task.map == nil
                    ? "Add 'map: { over: params.NAME }'."
                    : Suggestion.phrase(for: name, among: ["item", "index", "key"]),
                at: node
            )
        }
    }

    private mutating func check(
        _ rule: MapRule,
        of task: TaskDefinition,
        _ tasks: [String: TaskDefinition],
        _ parameters: [ParameterDefinition],
        at node: Node
    ) {
        switch rule.source {
        case .parameter(let name):
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                reader.note(
                    .pipelineUndefinedParameter,
                    "Task '\(task.name)' is mapped over the parameter '\(name.prefix(80))', which is not there.",
                    nextStep: Suggestion.phrase(for: name, among: parameters.map(\.name)),
                    at: node
                )
                return
            }
            guard parameter.type != .list else { return }
            reader.note(
                .pipelineWrongType,
                "Task '\(task.name)' is mapped over the parameter '\(name)', which is no list.",
                nextStep: "Give the parameter 'type: list'.",
                at: node
            )
        case .list(let producer, let output), .shards(let producer, let output):
            if rule.isOverShards, task.inputs.contains(where: { $0.name == MapRule.shardInput }) {
                reader.note(
                    .pipelineDuplicateName,
                    "Task '\(task.name)' has an input '\(MapRule.shardInput)', which is where its shard lies.",
                    nextStep: "Give the input another name.",
                    at: node
                )
            }
            guard let known = tasks[producer] else {
                if taskNodes[producer] == nil {
                    reader.note(
                        .pipelineUndefinedTask,
                        "No task is called '\(producer.prefix(80))', over which task '\(task.name)' is mapped.",
                        nextStep: Suggestion.phrase(for: producer, among: Array(taskNodes.keys)),
                        at: node
                    )
                }
                return
            }
            if known.outputs.contains(output) || broken.contains(producer) { return }
            reader.note(
                .pipelineUndefinedOutput,
                "Task '\(task.name)' is mapped over '\(producer).\(output)', which task '\(producer)' does not have.",
                nextStep: Suggestion.phrase(for: output, among: known.outputs),
                at: node
            )
        }
    }

    private static func source(_ text: String, isShards: Bool) -> MapRule.Source? {
        if text.hasPrefix("params."), !isShards { return .parameter(String(text.dropFirst("params.".count))) }
        guard let dot = text.lastIndex(of: "."), dot > text.startIndex, text.index(after: dot) < text.endIndex else {
            return nil
        }
        let task = String(text[..<dot]), output = String(text[text.index(after: dot)...])
        return isShards ? .shards(task: task, output: output) : .list(task: task, output: output)
    }
}
