import Primitives
import Storage

/// Runs for times of the past: bounded, resumable, cancellable, and behind every other run.
package struct Backfill: Sendable, Hashable {
    /// The most times of one backfill.
    package static let maximumTimes = 10_000

    /// Which of the times that have a run already get another.
    package enum Again: String, Sendable, CaseIterable {
        /// None of them.
        case none
        /// Those whose newest run failed or was cancelled.
        case failed
        /// All of them.
        case all

        /// Reads a name.
        ///
        /// - Throws: `invalid_argument`.
        package init(named name: String) throws {
            guard let again = Self(rawValue: name) else {
                throw PlatformError(
                    .invalidArgument,
                    "'again' is '\(name.prefix(40))'.",
                    nextStep: Suggestion.phrase(for: name, among: Self.allCases.map(\.rawValue))
                )
            }
            self = again
        }
    }

    /// Its id.
    package let id: String
    /// The pipeline.
    package let pipeline: String
    /// The version that its runs have.
    package let version: Int
    /// The schedule whose times they are.
    package let schedule: String
    /// Values for parameters, before those of the schedule.
    package let parameters: [String: JSONValue]
    /// The most runs at one time.
    package let parallel: Int
    /// Where it stands.
    package let state: RunState
    /// Who asked for it.
    package let actor: String
    /// When.
    package let createdAt: Timestamp
    /// When it was over, or nil.
    package let finishedAt: Timestamp?

    init(_ row: SQLRow) throws {
        id = try row.text("id")
        pipeline = try row.text("pipeline")
        version = Int(try row.integer("version"))
        schedule = try row.text("schedule")
        parameters = try row.json("parameters", as: [String: JSONValue].self)
        parallel = Int(try row.integer("parallel"))
        state = RunState(rawValue: try row.text("state")) ?? .failed
        actor = try row.text("actor")
        createdAt = try row.time("created_at")
        finishedAt = try row.optionalTime("finished_at")
    }
}

/// A time of a backfill.
package struct BackfillTime: Sendable, Hashable {
    /// The logical time.
    package let time: Timestamp
    /// Its run; nil before it has one.
    package let run: String?
    /// Where the run stands; nil before there is one.
    package let state: RunState?
}
