import Foundation
import Primitives
import Yams

/// Reads a pipeline file: YAML 1.1 syntax, scalars typed as in YAML 1.2.
package struct DefinitionParser {
    static let pipelineKeys = [
        "pipeline", "description", "parameters", "code", "schedule", "executor", "tasks", "on_failure",
        "deadline_seconds", "python", "network", "priority",
    ]
    static let parameterKeys = ["type", "default", "description"]
    static let taskKeys = [
        "run", "uses", "with", "inputs", "outputs", "after", "retries", "timeout_seconds", "cache", "environment",
        "code", "python",
        "network", "verify", "when", "join", "map",
        "pool", "priority",
        "executor", "image", "resources",
    ]
    static let mapKeys = ["over", "shards", "limit"]
    static let retryKeys = ["limit", "backoff_seconds"]

    var reader = NodeReader()
    var taskNodes: [String: Node] = [:]
    /// Where the conditions stand, by task.
    var conditionNodes: [String: Node] = [:]
    /// Where the maps stand, by task.
    var mapNodes: [String: Node] = [:]
    /// Of tasks that name none themselves.
    var standardPriority = 0
    /// Where tasks run that say nothing of it.
    var standardExecutor: ExecutorKind?
    /// Tasks with problems in their own keys.
    var broken: Set<String> = []
    let codeExists: (String) -> Bool

    /// The definition, and everything wrong with it; nil when anything is.
    ///
    /// - Parameter codeExists: whether a code path of the definition is there; a server, which has only digests, says
    /// yes.
    package static func parse(
        _ yaml: String,
        codeExists: (String) -> Bool = { _ in true }
    ) -> (definition: PipelineDefinition?, problems: [DefinitionProblem]) {
        if yaml.utf8.count > PipelineDefinition.maximumBytes {
            let problem = DefinitionProblem(
                .pipelineTooLarge,
                "The file has \(yaml.utf8.count) bytes; the most is \(PipelineDefinition.maximumBytes).",
                nextStep: "Move long commands into code files.",
                line: 1,
                column: 1
            )
            return (nil, [problem])
        }
        do {
            guard let root = try Yams.compose(yaml: yaml) else {
                return (
                    nil,
                    [
                        DefinitionProblem(
                            .pipelineMissingKey,
                            "The file is empty.",
                            nextStep: "Write 'pipeline: NAME' and 'tasks:'.",
                            line: 1,
                            column: 1
                        )
                    ]
                )
            }
            let (definition, found) = withoutActuallyEscaping(codeExists) { codeExists in
                var parser = DefinitionParser(codeExists: codeExists)
                return (parser.pipeline(root), parser.reader.problems)
            }
            let problems = found.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
            return (problems.isEmpty ? definition : nil, problems)
        } catch {
            return (nil, [DefinitionProblem(error)])
        }
    }

    private mutating func pipeline(_ root: Node) -> PipelineDefinition? {
        guard let members = reader.members(root, of: "the pipeline", allowed: Self.pipelineKeys) else { return nil }
        var name = "", summary = "", code: [String] = []
        var parameters: [ParameterDefinition] = [], tasks: [TaskDefinition] = []
        for key in ["pipeline", "tasks"] where !members.contains(where: { $0.key == key }) {
            reader.note(.pipelineMissingKey, "The pipeline has no '\(key)'.", nextStep: "Add '\(key):'.", at: root)
        }
        if let node = members.first(where: { $0.key == "priority" })?.value {
            standardPriority = priority(node, of: "the pipeline")
        }
        if let node = members.first(where: { $0.key == "executor" })?.value {
            standardExecutor = executor(node, of: "the pipeline")
        }
        for member in members {
            switch member.key {
            case "pipeline":
                name =
                    reader.text(member.value, of: "the pipeline's name")
                    .flatMap { reader.name($0, what: "pipeline", at: member.value) } ?? ""
            case "description": summary = reader.text(member.value, of: "the description", mayBeEmpty: true) ?? ""
            case "parameters": parameters = self.parameters(member.value)
            case "code": code = codePaths(member.value)
            case "schedule", "executor", "python", "network", "priority", "on_failure", "deadline_seconds": break
            default: tasks = self.tasks(member.value)
            }
        }
        if let node = members.first(where: { $0.key == "on_failure" })?.value {
            tasks += failureTasks(node, besides: tasks)
        }
        var definition = PipelineDefinition(
            name: name,
            summary: summary,
            parameters: parameters,
            code: code,
            tasks: tasks,
            policy: execution(members, of: "the pipeline")
        )
        if let node = members.first(where: { $0.key == "deadline_seconds" })?.value {
            definition.deadlineSeconds = deadline(node)
        }
        checkReferences(definition)
        checkFailureTasks(definition)
        if let node = members.first(where: { $0.key == "schedule" })?.value {
            definition.schedules = schedules(node, of: definition)
        }
        return definition
    }

    private mutating func tasks(_ node: Node) -> [TaskDefinition] {
        guard let members = reader.members(node, of: "'tasks'") else { return [] }
        if members.isEmpty {
            reader.note(.pipelineMissingKey, "The pipeline has no task.", nextStep: "Add one under 'tasks:'.", at: node)
        }
        if members.count > PipelineDefinition.maximumTasks {
            reader.tooMany(node, "'tasks'", PipelineDefinition.maximumTasks)
            return []
        }
        return members.compactMap { member in
            guard let name = reader.name(member.key, what: "task", at: member.keyNode) else { return nil }
            taskNodes[name] = member.keyNode
            return task(name, member.value)
        }
    }

    /// Code paths stay below or beside the definition's folder; two with one last component would hide each other.
    mutating func codePaths(_ node: Node) -> [String] {
        var names: Set<String> = []
        return (reader.list(node, of: "'code'") ?? []).compactMap { path, node in
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            guard !path.hasPrefix("/"), !["", ".", ".."].contains(name) else {
                reader.note(
                    .pipelineInvalidValue,
                    "The code path '\(path.prefix(200))' is absolute or has no name at its end.",
                    nextStep: "Write a path relative to the pipeline file that ends in the name of a file or folder.",
                    at: node
                )
                return nil
            }
            guard names.insert(name).inserted else {
                reader.note(
                    .pipelineDuplicateName,
                    "Two code paths end in '\(name)'; both would be code/\(name).",
                    nextStep: "Rename one of the folders.",
                    at: node
                )
                return nil
            }
            guard codeExists(path) else {
                reader.note(
                    .pipelineCodeMissing,
                    "The code '\(path.prefix(200))' is not there.",
                    nextStep: "Write a path relative to the folder of the pipeline file.",
                    at: node
                )
                return nil
            }
            return path
        }
    }
}

extension PipelineDefinition {
    /// Parses a file.
    ///
    /// - Throws: the first problem, with `line` and `column` in its context.
    package init(yaml: String) throws {
        let (definition, problems) = DefinitionParser.parse(yaml)
        if let first = problems.first { throw first.error }
        guard let definition else { throw PlatformError(.internalError, "The definition parser said nothing.") }
        self = definition
    }
}
