import Foundation
import Primitives
import Yams

extension DefinitionParser {
    /// The longest timeout: a week.
    static let maximumTimeoutSeconds = 7 * 24 * 3600
    /// The highest priority; its negative is the lowest.
    static let maximumPriority = 1_000
    /// The most repetitions of a task.
    static let maximumRetries = 100

    /// One task; nil when its command is missing.
    mutating func task(_ name: String, _ node: Node) -> TaskDefinition? {
        let before = reader.problems.count
        defer { if reader.problems.count > before { broken.insert(name) } }
        guard let members = reader.members(node, of: "task '\(name)'", allowed: Self.taskKeys) else { return nil }
        let values = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let builtin = builtin(values, task: name)
        guard let run = builtin.map(\.source) ?? command(values, task: name, at: node) else { return nil }
        let environment = values["environment"].map { self.environment($0, task: name) } ?? [:]
        var definition = TaskDefinition(
            name: name,
            run: CommandTemplate(run),
            inputs: values["inputs"].map { inputs($0, task: name) } ?? [],
            outputs: values["outputs"].map { outputs($0, task: name) } ?? [],
            after: (values["after"].flatMap { reader.list($0, of: "'after' of task '\(name)'") } ?? []).map(\.text),
            retries: values["retries"].map { retries($0, task: name) } ?? .none,
            timeoutSeconds: values["timeout_seconds"].flatMap {
                reader.integer($0, of: "the timeout of task '\(name)'", in: 1...Self.maximumTimeoutSeconds)
            } ?? 3600,
            cache: values["cache"].flatMap { reader.boolean($0, of: "'cache' of task '\(name)'") } ?? true,
            environment: environment,
            code: values["code"].map { codePaths($0) },
            policy: execution(members, of: "task '\(name)'"),
            placement: builtin == nil ? placement(values, task: name) : .process
        )
        definition.builtin = builtin
        conditionNodes[name] = values["when"]
        definition.condition = values["when"].flatMap { condition($0, task: name) }
        definition.join = values["join"].map { join($0, task: name) } ?? .all
        definition.priority = values["priority"].map { priority($0, of: "task '\(name)'") } ?? standardPriority
        definition.pool = values["pool"].flatMap { node in
            reader.text(node, of: "'pool' of task '\(name)'").flatMap { reader.name($0, what: "pool", at: node) }
        }
        mapNodes[name] = values["map"]
        definition.map = values["map"].flatMap { map($0, task: name) }
        return definition
    }

    private mutating func command(_ values: [String: Node], task: String, at node: Node) -> String? {
        if values["uses"] != nil { return nil }
        if let node = values["with"] {
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' has 'with', which is for 'uses'.",
                nextStep: "Write the values into the command.",
                at: node
            )
        }
        guard let run = values["run"] else {
            reader.note(
                .pipelineMissingKey,
                "Task '\(task)' has no 'run'.",
                nextStep: "Add the command as 'run:', or a built-in operator as 'uses:'.",
                at: taskNodes[task] ?? node
            )
            return nil
        }
        return reader.text(run, of: "the command of task '\(task)'")
    }

    mutating func priority(_ node: Node, of owner: String) -> Int {
        reader.integer(node, of: "'priority' of \(owner)", in: -Self.maximumPriority...Self.maximumPriority) ?? 0
    }

    private mutating func inputs(_ node: Node, task: String) -> [TaskDefinition.Input] {
        var out: [TaskDefinition.Input] = []
        for member in reader.members(node, of: "'inputs' of task '\(task)'") ?? [] {
            guard let name = reader.name(member.key, what: "input", at: member.keyNode),
                let text = reader.text(member.value, of: "input '\(name)' of task '\(task)'")
            else { continue }
            guard let dot = text.lastIndex(of: "."), dot > text.startIndex, text.index(after: dot) < text.endIndex
            else {
                reader.note(
                    .pipelineInvalidValue,
                    "Input '\(name)' of task '\(task)' is '\(text.prefix(80))', which names no output of a task.",
                    nextStep: "Write TASK.OUTPUT, for example collect.corpus.",
                    at: member.value
                )
                continue
            }
            out.append(.init(name: name, task: String(text[..<dot]), output: String(text[text.index(after: dot)...])))
        }
        return out
    }

    private mutating func outputs(_ node: Node, task: String) -> [String] {
        (reader.list(node, of: "'outputs' of task '\(task)'") ?? []).compactMap { text, node in
            reader.name(text, what: "output", at: node)
        }
    }

    private mutating func retries(_ node: Node, task: String) -> RetryPolicy {
        var limit = 0, backoff = 1.0
        for member in reader.members(node, of: "'retries' of task '\(task)'", allowed: Self.retryKeys) ?? [] {
            if member.key == "limit" {
                limit =
                    reader.integer(member.value, of: "the retry limit of task '\(task)'", in: 0...Self.maximumRetries)
                    ?? 0
            } else {
                backoff = reader.number(member.value, of: "the back-off of task '\(task)'", in: 0...3600) ?? 1
            }
        }
        return RetryPolicy(limit: limit, backoffSeconds: backoff)
    }

    private mutating func environment(_ node: Node, task: String) -> [String: String] {
        var out: [String: String] = [:]
        for member in reader.members(node, of: "'environment' of task '\(task)'") ?? [] {
            let good = member.key.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95
            }
            guard good, let first = member.key.utf8.first, !(48...57).contains(first), !member.key.hasPrefix("AKU_")
            else {
                reader.note(
                    .pipelineInvalidValue,
                    "'\(member.key.prefix(80))' cannot name a variable of task '\(task)'.",
                    nextStep: "Use letters, digits and '_'; names beginning with AKU_ are the platform's.",
                    at: member.keyNode
                )
                continue
            }
            out[member.key] = reader.text(
                member.value,
                of: "variable '\(member.key)' of task '\(task)'",
                mayBeEmpty: true
            )
        }
        return out
    }
}
