import Primitives

/// The first thing in which an output that was made again is not what it was.
package struct OutputDifference: Sendable, Hashable, Codable {
    /// What is not the same.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// Bytes, from `offset` on.
        case bytes
        /// The file is not there any more.
        case missing
        /// The file was not there before.
        case added
        /// Whether the file may be run.
        case mode
        /// A file became a folder, or a folder a file.
        case kind
    }

    /// The output.
    package let output: String
    /// The first file that differs, by path in the output; empty when the output is a file itself.
    package let file: String
    /// In what.
    package let kind: Kind
    /// The first byte that differs; where one of two files is the other's beginning, the end of the shorter.
    package let offset: Int64?
    /// How many files differ.
    package let files: Int
}

/// One task that was executed again.
package struct TaskVerification: Sendable, Hashable {
    /// Where it stands, and how it came out.
    package enum Verdict: String, Sendable, Hashable {
        case waiting
        case running
        /// Every output has the digest that it had.
        case same
        /// An output has not.
        case different
        /// It did not end well this time.
        case failed
        /// It was not executed.
        case skipped
    }

    /// The task.
    package let task: String
    /// See `Verdict`.
    package var verdict: Verdict
    /// Why it was skipped or failed; may be empty.
    package var reason = ""
    /// For each output that differs.
    package var outputs: [OutputDifference] = []
    /// What of its identity is not what it was: other packages, another interpreter.
    package var identity: [TaskComponents.Difference] = []
    /// The execution, in milliseconds.
    package var durationMilliseconds: Int64 = 0
}

/// A run that is executed again beside the original, to compare every output.
package struct RunVerification: Sendable, Hashable {
    /// Where it stands, and how it came out.
    package enum State: String, Sendable, Hashable {
        case running
        /// What was executed came out the same.
        case same
        /// Some task did not.
        case different
        /// No task differs, but some did not end well, or none was executed.
        case failed
        /// The server went down meanwhile.
        case stopped
    }

    /// Its id; the tasks see it as their run's.
    package let id: String
    /// The run that is verified.
    package let run: String
    /// Its pipeline.
    package let pipeline: String
    /// Who asked.
    package let actor: String
    /// When.
    package let startedAt: Timestamp
    /// When it was over, or nil.
    package var finishedAt: Timestamp?
    /// See `State`.
    package var state: State
    /// In an order in which each comes after what it waits for.
    package var tasks: [TaskVerification]

    /// What the verdicts of all tasks come to.
    var conclusion: State {
        let verdicts = Set(tasks.map(\.verdict))
        if verdicts.contains(.different) { return .different }
        return verdicts.contains(.failed) || !verdicts.contains(.same) ? .failed : .same
    }
}
