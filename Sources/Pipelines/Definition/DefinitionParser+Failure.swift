import Primitives
import Yams

extension DefinitionParser {
    /// The longest deadline: 30 days.
    static let maximumDeadlineSeconds = 30 * 24 * 3600
    /// The most tasks under `on_failure`.
    static let maximumFailureTasks = 64

    mutating func deadline(_ node: Node) -> Int? {
        reader.integer(node, of: "the deadline of the pipeline", in: 1...Self.maximumDeadlineSeconds)
    }

    /// The tasks of a run that failed. They exist for their effect, so that none of them is ever linked.
    mutating func failureTasks(_ node: Node, besides tasks: [TaskDefinition]) -> [TaskDefinition] {
        guard let members = reader.members(node, of: "'on_failure'") else { return [] }
        if members.isEmpty {
            reader.note(
                .pipelineMissingKey,
                "'on_failure' has no task.",
                nextStep: "Add one below it, or leave it out.",
                at: node
            )
        }
        if members.count > Self.maximumFailureTasks {
            reader.tooMany(node, "'on_failure'", Self.maximumFailureTasks)
            return []
        }
        return members.compactMap { member in
            guard let name = reader.name(member.key, what: "task", at: member.keyNode) else { return nil }
            guard !tasks.contains(where: { $0.name == name }) else {
                reader.note(
                    .pipelineDuplicateName,
                    "'\(name)' is a task already.",
                    nextStep: "Give the task of 'on_failure' a name of its own.",
                    at: member.keyNode
                )
                return nil
            }
            taskNodes[name] = member.keyNode
            var definition = task(name, member.value)
            definition?.cache = false
            definition?.isForFailure = true
            return definition
        }
    }

    /// Nothing but tasks of `on_failure` may wait for one another across its border: whether the run failed is known only
    /// when the others are over.
    mutating func checkFailureTasks(_ definition: PipelineDefinition) {
        let forFailure = Dictionary(
            definition.tasks.map { ($0.name, $0.isForFailure) },
            uniquingKeysWith: { first, _ in first }
        )
        for task in definition.tasks {
            guard let node = taskNodes[task.name] else { continue }
            for other in task.upstream where forFailure[other] == !task.isForFailure {
                reader.note(
                    .pipelineInvalidValue,
                    task.isForFailure
                        ? "Task '\(task.name)' of 'on_failure' waits for '\(other)', which is none."
                        : "Task '\(task.name)' waits for '\(other)', which runs only after a failure.",
                    nextStep: task.isForFailure
                        ? "Leave that out: it begins when all others are over, and AKU_FAILED_TASKS names what failed."
                        : "Write it as a task of 'on_failure' too, or let the other be an ordinary task.",
                    at: node
                )
            }
        }
    }
}
