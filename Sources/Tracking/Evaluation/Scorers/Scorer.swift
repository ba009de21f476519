import Primitives
import Storage

/// One version of a registered scorer: a judge that grades traces, kept as the JSON that the client made of it. The server
/// never runs it.
package struct ScorerVersion: Sendable, Hashable {
    /// The scorer, whatever its version.
    package let scorerID: String
    /// The experiment.
    package let experimentID: Int64
    /// Its name, unique in the experiment.
    package let name: String
    /// From 1.
    package let version: Int64
    /// The client's JSON; a gateway endpoint stands in it by name.
    package let serialized: String
    /// When this version was registered.
    package let creationTime: Timestamp

    init(row: SQLRow, endpointNames: [String: String]) throws {
        scorerID = try row.text("scorer_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        version = try row.integer("version")
        serialized = try SerializedScorer.naming(endpoints: endpointNames, in: row.text("serialized"))
        creationTime = try row.time("creation_time")
    }
}

/// On what share of new traces a scorer is to run.
package struct OnlineScoringConfig: Sendable, Hashable {
    /// Its own identifier.
    package let id: String
    /// The scorer.
    package let scorerID: String
    /// The experiment.
    package let experimentID: Int64
    /// From 0 (off) to 1 (every trace).
    package let sampleRate: Double
    /// Which traces, in the grammar of the trace search.
    package let filter: String?

    init(row: SQLRow) throws {
        id = try row.text("config_id")
        scorerID = try row.text("scorer_id")
        experimentID = try row.integer("experiment_id")
        sampleRate = try row.real("sample_rate")
        filter = try row.optionalText("filter_string")
    }
}
