import Foundation
import Primitives
import Storage
import WireAPI

/// The queries behind the pages, filled in by the composition root; pages know no store.
struct ConsoleData: Sendable {
    /// Every pipeline, each with at most this many last runs, tasks included.
    var pipelines: @Sendable (_ runs: Int) async throws -> [Console.Pipeline] = { _ in [] }
    /// One pipeline with its last runs. Throws `not_found`.
    var pipeline: @Sendable (_ name: String, _ runs: Int) async throws -> Console.Pipeline = { name, _ in
        throw ConsoleData.missing("pipeline", name)
    }
    /// One pipeline run. Throws `not_found`.
    var pipelineRun: @Sendable (_ id: String) async throws -> Console.PipelineRun = { id in
        throw ConsoleData.missing("pipeline run", id)
    }
    /// Instances of a mapped task. Throws `not_found`.
    var taskInstances:
        @Sendable (_ run: String, _ task: String, _ query: Console.InstanceQuery) async throws -> Console.Instances = {
            _,
            task,
            _ in
            throw ConsoleData.missing("task of the run", task)
        }
    /// The end of a task's log, at most `maximumLogBytes`; nil when it has none yet.
    var taskLog: @Sendable (_ run: String, _ task: String) async throws -> Console.Log? = { _, _ in nil }
    /// Starts a run. Throws what the engine throws.
    var startRun:
        @Sendable (_ pipeline: String, _ parameters: [String: JSONValue], _ reason: String, _ actor: String)
            async throws
            -> String = { name, _, _, _ in throw ConsoleData.missing("pipeline", name) }
    /// Ends a run. Throws `pipeline_run_not_found`, `pipeline_run_finished`.
    var cancelRun: @Sendable (_ id: String, _ actor: String) async throws -> Void = { _, _ in }
    /// Runs part of a run again, from a task or from what did not end well. Throws what the engine throws.
    var rerun: @Sendable (_ id: String, _ task: String?, _ reason: String, _ actor: String) async throws -> String = {
        id,
        _,
        _,
        _ in
        throw ConsoleData.missing("pipeline run", id)
    }
    /// Pauses a schedule or lets it go on. Throws `schedule_not_found`.
    var pauseSchedule:
        @Sendable (_ pipeline: String, _ schedule: String?, _ isPaused: Bool, _ actor: String) async throws -> Void = {
            _,
            _,
            _,
            _ in
        }
    /// What a backfill would run. Throws `backfill_empty` and others.
    var planBackfill:
        @Sendable (_ pipeline: String, _ request: Console.BackfillRequest) async throws -> Console.BackfillPreview = {
            name,
            _ in
            throw ConsoleData.missing("pipeline", name)
        }
    /// Starts a backfill. Throws as `planBackfill`.
    var startBackfill:
        @Sendable (_ pipeline: String, _ request: Console.BackfillRequest, _ actor: String) async throws -> Void = {
            _,
            _,
            _ in
        }
    /// One page of training runs. Throws `INVALID_PARAMETER_VALUE` for a filter, order or page that cannot be used.
    var runs: @Sendable (_ query: RunsQuery) async throws -> Console.RunList = { _ in
        Console.RunList(experiments: [], runs: [], nextToken: nil)
    }
    /// The folders of a run's artifacts that lead to a path, from the root, and whether the path is a file. Throws
    /// `RESOURCE_DOES_NOT_EXIST`.
    var artifactTree: @Sendable (_ run: String, _ path: String) async throws -> Console.ArtifactTree = { run, _ in
        throw ConsoleData.missing("run", run)
    }
    /// A file that a run logged. Throws `RESOURCE_DOES_NOT_EXIST`.
    var artifact: @Sendable (_ run: String, _ path: String) async throws -> ArtifactFile = { _, path in
        throw ConsoleData.missing("artifact", path)
    }
    /// The runs with these identifiers, in their order; those that are not there are left out.
    var runsNamed: @Sendable (_ ids: [String]) async throws -> [Console.Run] = { _ in [] }
    /// The history of each metric for each run, nil where a run lacks it; at most so many points of each.
    var histories:
        @Sendable (_ runs: [Console.Run], _ metrics: [String], _ points: Int) async throws ->
            [(metric: String, histories: [Console.History?])] = { _, _, _ in [] }
    /// Every saved view of the runs table, by name.
    var savedViews: @Sendable () async throws -> [Console.SavedView] = { [] }
    /// Saves a view. Throws `view_invalid`, `view_limit`.
    var saveView: @Sendable (_ name: String, _ query: String, _ actor: String) async throws -> Void = { _, _, _ in }
    /// Deletes a view. Throws `not_found`.
    var deleteView: @Sendable (_ name: String, _ actor: String) async throws -> Void = { _, _ in }
    /// One training run with its metric histories. Throws `not_found`.
    var run: @Sendable (_ id: String) async throws -> Console.RunDetail = { id in
        throw ConsoleData.missing("run", id)
    }
    /// One version of a model. Throws `not_found`.
    var modelVersion: @Sendable (_ name: String, _ version: Int) async throws -> Console.VersionDetail = {
        name,
        version in throw ConsoleData.missing("model version", "\(name) \(version)")
    }
    /// The graph around a version. Throws `not_found`.
    var lineage: @Sendable (_ name: String, _ version: Int) async throws -> Console.Lineage = { _, _ in .init() }
    /// Every registered model with its newest version and those that have an alias.
    var models: @Sendable () async throws -> [Console.Model] = { [] }
    /// One registered model with its newest versions. Throws `not_found`.
    var model: @Sendable (_ name: String) async throws -> Console.Model = { name in
        throw ConsoleData.missing("model", name)
    }
    /// Every endpoint with its last windows.
    var endpoints: @Sendable () async throws -> [Console.Endpoint] = { [] }
    /// One endpoint with its drift evidence. Throws `not_found`.
    var endpoint: @Sendable (_ name: String) async throws -> Console.EndpointDetail = { name in
        throw ConsoleData.missing("endpoint", name)
    }
    /// Alerts that are still open, newest first.
    var openAlerts: @Sendable () async throws -> [Console.Alert] = { [] }
    /// Every data set version, newest first.
    var datasets: @Sendable () async throws -> [Console.Dataset] = { [] }
    /// One data set version. Throws `not_found`.
    var dataset: @Sendable (_ name: String, _ version: Int) async throws -> Console.Dataset = { name, version in
        throw ConsoleData.missing("data set", "\(name) version \(version)")
    }
    /// Journal entries with a sequence below `before` (nil: from the end), newest first.
    var journal:
        @Sendable (_ before: Int64?, _ kindPrefix: String?, _ subject: String?, _ limit: Int) async throws ->
            [JournalEntry] = { _, _, _, _ in [] }
    /// One journal entry. Throws `not_found`.
    var journalEntry: @Sendable (_ sequence: Int64) async throws -> JournalEntry = { sequence in
        throw ConsoleData.missing("journal entry", String(sequence))
    }
    /// The journal's head.
    var checkpoint: @Sendable () async throws -> Console.Checkpoint? = { nil }
    /// The walk behind a prediction, version, run or pipeline run. Throws `not_found`.
    var trace: @Sendable (_ id: String) async throws -> TraceReply = { id in throw ConsoleData.missing("trace", id) }

    /// The bytes of a task's log that a page shows.
    static let maximumLogBytes = 64 << 10

    /// The error of a page about something that is not there.
    static func missing(_ what: String, _ name: String) -> PlatformError {
        PlatformError(
            .notFound,
            "There is no \(what) '\(SVG.clip(name, to: 80))'.",
            nextStep: "Check the name; it may have been removed or not written yet."
        )
    }
}
