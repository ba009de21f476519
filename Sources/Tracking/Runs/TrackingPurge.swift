import Primitives
import Storage

/// What a purge removed for good.
package struct PurgeReport: Sendable, Hashable {
    /// Runs with all they logged.
    package internal(set) var runs = 0
    /// Logged models.
    package internal(set) var models = 0
    /// Experiments.
    package internal(set) var experiments = 0
    /// Names of artifacts in the server's own store; the bytes go when nothing names them any more.
    package internal(set) var artifacts = 0

    /// Nothing was removed yet.
    package init() {}
}

/// Removes what is in the bin for good: runs, logged models and experiments with their artifacts, as `mlflow gc` does. Each
/// write takes a bounded number of runs, so that others are not kept waiting.
package struct TrackingPurge: Sendable {
    private let database: any Database
    private let time: TimeSource
    private let artifactPath: @Sendable (String) -> String?

    /// Runs or models that one write removes.
    private static let perWrite = 100
    /// The most runs that one call names.
    package static let maximumNamed = 1000

    /// Makes a purge.
    ///
    /// - Parameter artifactPath: the path in the artifact store of a URI; nil for artifacts that are elsewhere.
    package init(
        database: any Database,
        time: TimeSource = .system,
        artifactPath: @escaping @Sendable (String) -> String?
    ) {
        self.database = database
        self.time = time
        self.artifactPath = artifactPath
    }

    /// Removes the named runs, which must be in the bin.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_PARAMETER_VALUE` for a run that is not deleted, or too many of them.
    ///   Then nothing is removed.
    package func remove(runs ids: [String], actor: String) async throws -> PurgeReport {
        guard ids.count <= Self.maximumNamed else {
            throw PlatformError.mlflowInvalid("A purge names at most \(Self.maximumNamed) runs. Got \(ids.count).")
        }
        return try await database.write { transaction in
            let runs = try RunStore.handles(Set(ids).sorted(), transaction)
            if let active = runs.first(where: { $0.stage == .active }) {
                throw PlatformError.mlflowInvalid(
                    "Run \(active.id) is not in `deleted` lifecycle stage. Only runs in `deleted` lifecycle stage can be purged."
                )
            }
            var report = PurgeReport()
            try remove(runs, &report, actor, transaction)
            return report
        }
    }

    /// Removes everything that has been in the bin for some time. An experiment that still has traces is kept.
    ///
    /// - Parameter seconds: how long it must have been there.
    package func remove(olderThanSeconds seconds: Int64, actor: String) async throws -> PurgeReport {
        let before = SQLValue.integer(time.now().milliseconds - seconds * 1000)
        var report = PurgeReport()
        while try await step(
            &report,
            { report, transaction in
                let rows = try transaction.query(
                    "SELECT run_id, run_key, experiment_id, lifecycle_stage FROM tracking_run "
                        + "WHERE lifecycle_stage = 'deleted' AND deleted_time <= ? ORDER BY run_key LIMIT ?",
                    [before, .integer(Int64(Self.perWrite))]
                )
                try remove(rows.map(RunHandle.init(row:)), &report, actor, transaction)
                return rows.count
            }
        ) {}
        while try await step(
            &report,
            { report, transaction in
                try removeModels(
                    SQLCondition("lifecycle_stage = 'deleted' AND last_update_time <= ?", [before]),
                    &report,
                    actor,
                    transaction
                )
            }
        ) {}
        while try await step(
            &report,
            { report, transaction in
                try removeExperiments(before, &report, actor, transaction)
            }
        ) {}
        return report
    }

    /// One write; whether it found as much as it may take.
    private func step(
        _ report: inout PurgeReport,
        _ body: @escaping @Sendable (inout PurgeReport, any SQLTransaction) throws -> Int
    ) async throws -> Bool {
        let before = report
        let (after, count) = try await database.write { transaction in
            var report = before
            let count = try body(&report, transaction)
            return (report, count)
        }
        report = after
        return count >= Self.perWrite
    }

    private func remove(
        _ runs: [RunHandle],
        _ report: inout PurgeReport,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        if runs.isEmpty { return }
        let keys = SQLCondition("run_key", anyOf: runs.map { .integer($0.key) })
        for row in try transaction.query("SELECT artifact_uri FROM tracking_run WHERE \(keys.sql)", keys.arguments) {
            try removeArtifacts(row.text("artifact_uri"), &report, transaction)
        }
        let tables = [
            "run_tag", "run_param", "run_metric_arrival", "run_metric", "run_latest_metric", "run_dataset_input",
            "run_model_link", "tracking_run",
        ]
        for table in tables { try transaction.execute("DELETE FROM \(table) WHERE \(keys.sql)", keys.arguments) }
        for run in runs {
            try transaction.record(
                JournalEvent(kind: "tracking.run.purged", subject: "run/\(run.id)", actor: actor)
            )
        }
        report.runs += runs.count
    }

    private func removeModels(
        _ which: SQLCondition,
        _ report: inout PurgeReport,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws -> Int {
        let rows = try transaction.query(
            "SELECT model_id, artifact_location FROM logged_model WHERE \(which.sql) ORDER BY model_id LIMIT ?",
            which.arguments + [.integer(Int64(Self.perWrite))]
        )
        if rows.isEmpty { return 0 }
        let ids = try rows.map { try $0.text("model_id") }
        let keys = SQLCondition("model_id", anyOf: ids.map(SQLValue.text))
        for row in rows { try removeArtifacts(row.text("artifact_location"), &report, transaction) }
        for table in ["logged_model_tag", "logged_model_param", "logged_model_metric", "logged_model"] {
            try transaction.execute("DELETE FROM \(table) WHERE \(keys.sql)", keys.arguments)
        }
        for id in ids {
            try transaction.record(
                JournalEvent(kind: "tracking.model.purged", subject: "logged-model/\(id)", actor: actor)
            )
        }
        report.models += ids.count
        return ids.count
    }

    /// Experiments whose runs are gone go with their tags, data sets and logged models.
    private func removeExperiments(
        _ before: SQLValue,
        _ report: inout PurgeReport,
        _ actor: String,
        _ transaction: any SQLTransaction
    ) throws -> Int {
        let rows = try transaction.query(
            "SELECT e.experiment_id, e.name FROM experiment AS e WHERE e.lifecycle_stage = 'deleted' "
                + "AND e.last_update_time <= ? AND e.experiment_id <> 0 "
                + "AND NOT EXISTS (SELECT 1 FROM tracking_run AS r WHERE r.experiment_id = e.experiment_id) "
                + "AND NOT EXISTS (SELECT 1 FROM trace AS t WHERE t.experiment_id = e.experiment_id) "
                + "ORDER BY e.experiment_id LIMIT ?",
            [before, .integer(Int64(Self.perWrite))]
        )
        for row in rows {
            let id = SQLValue.integer(try row.integer("experiment_id"))
            while try removeModels(SQLCondition("experiment_id = ?", [id]), &report, actor, transaction) > 0 {}
            for table in ["experiment_tag", "run_dataset", "experiment"] {
                try transaction.execute("DELETE FROM \(table) WHERE experiment_id = ?", [id])
            }
            try transaction.record(
                JournalEvent(
                    kind: "tracking.experiment.purged",
                    subject: "experiment/\(try row.integer("experiment_id"))",
                    actor: actor,
                    body: ["name": .string(try row.text("name"))]
                )
            )
        }
        report.experiments += rows.count
        return rows.count
    }

    private func removeArtifacts(_ location: String, _ report: inout PurgeReport, _ transaction: any SQLTransaction)
        throws
    {
        guard let path = artifactPath(location), !path.isEmpty else { return }
        report.artifacts += try transaction.execute(
            "DELETE FROM artifact WHERE path >= ? AND path < ?",
            [.text(path + "/"), .text(path + "0")]
        )
    }
}
