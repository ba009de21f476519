import Primitives

/// Which tasks of a run to execute again.
package struct VerifyRunBody: Codable, Sendable, Equatable {
    /// Their names; every one when nil or empty.
    package let tasks: [String]?

    /// Makes a body.
    package init(tasks: [String]?) { self.tasks = tasks }
}

/// A run that is executed again, to compare every output.
package struct RunVerificationBody: Codable, Sendable, Equatable {
    /// The first thing in which an output is not what it was.
    package struct Output: Codable, Sendable, Equatable {
        /// The output.
        package let output: String
        /// The first file that differs; empty when the output is a file itself.
        package let file: String
        /// `bytes`, `missing`, `added`, `mode` or `kind`.
        package let kind: String
        /// The first byte that differs, from 0.
        package let offset: Int64?
        /// How many files differ.
        package let files: Int

        /// Makes a difference.
        package init(output: String, file: String, kind: String, offset: Int64?, files: Int) {
            self.output = output
            self.file = file
            self.kind = kind
            self.offset = offset
            self.files = files
        }
    }

    /// One task.
    package struct Task: Codable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// `waiting`, `running`, `same`, `different`, `failed` or `skipped`.
        package let verdict: String
        /// Why it was skipped or failed; may be empty.
        package let reason: String
        /// For each output that differs.
        package let outputs: [Output]
        /// What of its identity is not what it was in the run.
        package let identity: [ExplainRunBody.Difference]
        /// The execution, in milliseconds.
        package let durationMilliseconds: Int64

        enum CodingKeys: String, CodingKey {
            case name, verdict, reason, outputs, identity
            case durationMilliseconds = "duration_ms"
        }

        /// Makes a value.
        package init(
            name: String,
            verdict: String,
            reason: String,
            outputs: [Output],
            identity: [ExplainRunBody.Difference],
            durationMilliseconds: Int64
        ) {
            self.name = name
            self.verdict = verdict
            self.reason = reason
            self.outputs = outputs
            self.identity = identity
            self.durationMilliseconds = durationMilliseconds
        }
    }

    /// Its id.
    package let id: String
    /// The run that is verified.
    package let runID: String
    /// `running`, `same`, `different`, `failed` or `stopped`.
    package let state: String
    /// When it was asked for.
    package let startedAt: Timestamp
    /// When it was over, or nil.
    package let finishedAt: Timestamp?
    /// In an order in which each comes after what it waits for.
    package let tasks: [Task]

    enum CodingKeys: String, CodingKey {
        case id, state, tasks
        case runID = "run_id"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
    }

    /// Makes a body.
    package init(
        id: String,
        runID: String,
        state: String,
        startedAt: Timestamp,
        finishedAt: Timestamp?,
        tasks: [Task]
    ) {
        self.id = id
        self.runID = runID
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.tasks = tasks
    }
}
