import Foundation
import Primitives
import Yams

extension DefinitionParser {
    /// Every reference must resolve, and no task may wait for itself.
    mutating func checkReferences(_ definition: PipelineDefinition) {
        let tasks = Dictionary(definition.tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Array(taskNodes.keys)
        // A mistake in a task's own keys would show again as each reference that it breaks.
        for task in definition.tasks where !broken.contains(task.name) {
            guard let node = taskNodes[task.name] else { continue }
            for input in task.inputs {
                guard let producer = tasks[input.task] else {
                    if !known.contains(input.task) {
                        undefinedTask(input.task, by: "input '\(input.name)' of task '\(task.name)'", known, node)
                    }
                    continue
                }
                if !producer.outputs.contains(input.output), !broken.contains(input.task) {
                    reader.note(
                        .pipelineUndefinedOutput,
                        "Input '\(input.name)' of task '\(task.name)' needs '\(input.task).\(input.output)', "
                            + "but task '\(input.task)' has no output '\(input.output)'.",
                        nextStep: Suggestion.phrase(for: input.output, among: producer.outputs),
                        at: node
                    )
                }
            }
            for name in task.after where !known.contains(name) {
                undefinedTask(name, by: "'after' of task '\(task.name)'", known, node)
            }
            checkCommand(task, definition, node)
            checkBuiltin(task)
            checkCondition(task, definition)
            checkMap(task, tasks, definition.parameters)
        }
        if let cycle = definition.cycle(), let node = taskNodes[cycle[0]] {
            reader.note(
                .pipelineCycle,
                "Tasks wait for each other: \(cycle.joined(separator: " → ")).",
                nextStep: "Remove one of these inputs or 'after' entries.",
                at: node
            )
        }
    }

    private mutating func undefinedTask(_ name: String, by user: String, _ known: [String], _ node: Node) {
        reader.note(
            .pipelineUndefinedTask,
            "No task is called '\(name.prefix(80))', which \(user) needs.",
            nextStep: Suggestion.phrase(for: name, among: known),
            at: node
        )
    }

    private mutating func checkCommand(_ task: TaskDefinition, _ definition: PipelineDefinition, _ node: Node) {
        let scopes: [(CommandTemplate.Scope, ErrorCode, String, [String])] = [
            (.params, .pipelineUndefinedParameter, "parameter", definition.parameters.map(\.name)),
            (.inputs, .pipelineUndefinedInput, "input", task.inputs.map(\.name)),
            (.outputs, .pipelineUndefinedOutput, "output", task.outputs),
        ]
        for (scope, code, what, known) in scopes {
            for name in task.run.names(in: scope) where !known.contains(name) {
                reader.note(
                    code,
                    "The command of task '\(task.name)' uses ${\(scope.rawValue).\(name)}, "
                        + "but there is no such \(what).",
                    nextStep: Suggestion.phrase(for: name, among: known),
                    at: node
                )
            }
        }
        for case .unknown(let scope, let name) in task.run.pieces {
            reader.note(
                .pipelineUndefinedReference,
                "The command of task '\(task.name)' uses ${\(scope).\(name)}, which is no reference.",
                nextStep: Suggestion.phrase(for: scope, among: CommandTemplate.Scope.allCases.map(\.rawValue)),
                at: node
            )
        }
    }
}
