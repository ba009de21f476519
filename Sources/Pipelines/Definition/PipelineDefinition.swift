import Primitives

/// A pipeline as its file declares it, checked: every reference resolves and no task waits for itself.
package struct PipelineDefinition: Sendable, Hashable {
    /// The largest file, in bytes.
    package static let maximumBytes = 1 << 20
    /// The most tasks of one pipeline.
    package static let maximumTasks = 1_000
    /// The most parameters, inputs, outputs or code paths in one list.
    package static let maximumMembers = 256

    /// Its name.
    package let name: String
    /// One sentence for people; may be empty.
    package let summary: String
    /// In the order of the file.
    package let parameters: [ParameterDefinition]
    /// Files and folders, relative to the definition's own folder, that tasks see as `code/<last component>`.
    package let code: [String]
    /// In the order of the file; those of `on_failure` come last.
    package let tasks: [TaskDefinition]
    /// When it runs by itself, in the order of the file.
    package var schedules: [Schedule] = []
    /// How its tasks are executed where they say nothing themselves.
    package var policy = ExecutionPolicy()
    /// A run that is not over so many seconds after it was accepted is ended; nil for no such bound.
    package var deadlineSeconds: Int?

    /// A task by name.
    package func task(_ name: String) -> TaskDefinition? { tasks.first { $0.name == name } }

    /// Every code path and lock file that some task uses, once, sorted.
    package var codePaths: [String] {
        Set(code + tasks.flatMap { $0.code ?? [] }).union(lockPaths).sorted()
    }

    /// Tasks that are executed once for each element of something.
    package var mapped: [TaskDefinition] { tasks.filter { $0.map != nil } }

    /// Whether a task may be left out without anything being wrong.
    package var isConditional: Bool { tasks.contains { $0.condition != nil || $0.join != .all } }

    /// The code paths of one task: its own list, else the pipeline's.
    package func codePaths(of task: TaskDefinition) -> [String] { task.builtin == nil ? task.code ?? code : [] }
}

/// A parameter of a pipeline.
package struct ParameterDefinition: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// What its values must be.
    package let type: ParameterType
    /// Used when a run gives no value; nil makes the parameter required.
    package let standard: JSONValue?
    /// One sentence for people; may be empty.
    package let summary: String
}

/// One task of a pipeline: a command and what it reads and writes.
package struct TaskDefinition: Sendable, Hashable {
    /// An input: a name, and the output of another task that it is bound to.
    package struct Input: Sendable, Hashable {
        /// The name under `inputs/`.
        package let name: String
        /// The task that writes it.
        package let task: String
        /// Which of that task's outputs.
        package let output: String
    }

    /// Its name.
    package let name: String
    /// For `sh -eu -c`, with `${params.x}`, `${inputs.x}` and `${outputs.x}`.
    package let run: CommandTemplate
    /// In the order of the file.
    package let inputs: [Input]
    /// Names under `outputs/`, in the order of the file.
    package let outputs: [String]
    /// Tasks to wait for without reading from them.
    package let after: [String]
    /// How often, and after what delay, a failed attempt is repeated.
    package let retries: RetryPolicy
    /// The longest attempt, in seconds.
    package let timeoutSeconds: Int
    /// Whether the same identity means that the outputs of an earlier execution are linked.
    package var cache: Bool
    /// Variables of the process besides those that every task has.
    package let environment: [String: String]
    /// Code paths of this task alone; nil for the pipeline's.
    package let code: [String]?
    /// How it is executed where it differs from the pipeline.
    package var policy = ExecutionPolicy()
    /// Where it runs, and in what.
    package var placement = Placement.process

    /// The operator that does its work instead of a command; `run` has it as text then.
    package var builtin: BuiltinUse?

    /// What must hold for it to begin; nil for nothing.
    package var condition: Condition?
    /// What it wants of the tasks that it waits for.
    package var join = JoinRule.all

    /// Over what it is executed, once for each element; nil for a task that is executed once.
    package var map: MapRule?

    /// The pool of which it holds a slot while it runs; nil for none.
    package var pool: String?
    /// Higher begins first, from -1,000 to 1,000.
    package var priority = 0
    /// Whether it stands under `on_failure`: it waits until all others are over, and is left out unless the run failed.
    package var isForFailure = false

    /// Whether an execution is remembered under its identity.
    var isCached: Bool { cache && builtin?.builtin.isImmediate != true }

    /// The tasks that must be over before this one, once each, sorted.
    package var upstream: [String] { Set(inputs.map(\.task) + after + [map?.task].compactMap(\.self)).sorted() }
}

/// How a failed attempt is repeated.
package struct RetryPolicy: Sendable, Hashable {
    /// No repetition.
    package static let none = RetryPolicy(limit: 0, backoffSeconds: 1)

    /// The most repetitions after the first attempt.
    package let limit: Int
    /// The delay before the first repetition, in seconds; each later one is twice as long, plus up to half as jitter.
    package let backoffSeconds: Double

    /// Makes a policy.
    package init(limit: Int, backoffSeconds: Double) {
        self.limit = limit
        self.backoffSeconds = backoffSeconds
    }
}
