/// Which Python a task finds first.
package enum PythonSource: Sendable, Hashable {
    /// The one that the server is told of.
    case server
    /// None: the server's is not on the task's path, and is no part of its identity.
    case none
    /// One that is built from a lock file, which lies at this path beside the pipeline file.
    case lock(String)
}

/// What of the network a task reaches.
package enum NetworkAccess: String, Sendable, Hashable {
    /// Nothing but a loopback device of its own.
    case none
    /// This server, at its address, and nothing else.
    case platform
    /// What the machine reaches.
    case any
    /// Nothing is declared: as `none` where the machine can do that, else as `any`, which the task's log says.
    case unstated = "default"

    /// What a file may say.
    static let declarable: [NetworkAccess] = [.none, .platform, .any]
}

/// How tasks are executed: stated for a pipeline, and by a task that differs. Nil where nothing is said.
package struct ExecutionPolicy: Sendable, Hashable {
    /// `python:`
    package var python: PythonSource?
    /// `network:`
    package var network: NetworkAccess?
    /// `verify:`; of tasks only.
    package var verify: Bool?

    /// Nothing is said.
    package init() {}
}

extension PipelineDefinition {
    /// The Python of a task: its own, else the pipeline's, else the server's; in an image it is the image's matter.
    package func python(of task: TaskDefinition) -> PythonSource {
        if task.placement.image != nil { return .none }
        return task.policy.python ?? policy.python ?? .server
    }

    /// What a task reaches: what it says, else what the pipeline says.
    package func network(of task: TaskDefinition) -> NetworkAccess {
        task.policy.network ?? policy.network ?? .unstated
    }

    /// The lock files that some task uses, once each.
    var lockPaths: Set<String> {
        Set(
            ([policy] + tasks.map(\.policy)).compactMap { policy in
                if case .lock(let path) = policy.python { path } else { nil }
            }
        )
    }
}
