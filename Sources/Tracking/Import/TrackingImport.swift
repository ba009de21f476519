import Primitives
import Storage

/// Writes records of another tracking server as they are: identifiers, times and stages are kept. A record replaces what is
/// here under its identifier, so the same import again, or the rest of one that was cut off, gives the same result.
package struct TrackingImport: Sendable {
    let database: any Database
    let objects: ObjectStore
    let time: TimeSource

    /// Makes an entry to the stores of tracking.
    package init(database: any Database, objects: ObjectStore, time: TimeSource = .system) {
        self.database = database
        self.objects = objects
        self.time = time
    }

    /// What one transaction writes.
    package struct Batch: Sendable {
        /// Experiments.
        package var experiments: [ImportedExperiment]
        /// Logged models, of experiments that are here.
        package var loggedModels: [ImportedLoggedModel]
        /// Runs, of experiments that are here.
        package var runs: [ImportedRun]
        /// Points, of runs that are here.
        package var series: [ImportedSeries]
        /// Names of objects that are here.
        package var artifacts: [ImportedArtifact]

        /// Makes a batch.
        package init(
            experiments: [ImportedExperiment],
            loggedModels: [ImportedLoggedModel],
            runs: [ImportedRun],
            series: [ImportedSeries],
            artifacts: [ImportedArtifact]
        ) {
            self.experiments = experiments
            self.loggedModels = loggedModels
            self.runs = runs
            self.series = series
            self.artifacts = artifacts
        }

        var records: Int { experiments.count + loggedModels.count + runs.count + artifacts.count }
        var points: Int { series.reduce(0) { $0 + $1.values.count } }
    }

    /// Writes a batch, all of it or nothing.
    ///
    /// - Throws: `import_conflict` when a number or name is taken by something else, `import_invalid`,
    ///   `RESOURCE_DOES_NOT_EXIST` when a record names what is not here, `object_missing`.
    package func write(_ batch: Batch, source: String, actor: String) async throws {
        if batch.records + batch.points == 0 { return }
        for artifact in batch.artifacts {
            guard try ArtifactPath.check(artifact.path) == artifact.path, !artifact.path.isEmpty else {
                throw PlatformError.mlflowInvalid("Invalid path")
            }
            guard objects.contains(artifact.digest) else {
                throw PlatformError(
                    ErrorCode("object_missing", .notFound),
                    "The object \(artifact.digest) of '\(artifact.path)' is not in the store.",
                    nextStep: "Upload it first."
                )
            }
        }
        let now = time.now()
        try await database.write { transaction in
            for experiment in batch.experiments { try Self.write(experiment, transaction) }
            for model in batch.loggedModels { try Self.write(model, transaction) }
            for run in batch.runs { try Self.write(run, now, transaction) }
            for series in batch.series { try Self.write(series, transaction) }
            for artifact in batch.artifacts { try Self.write(artifact, now, transaction) }
            try transaction.record(
                JournalEvent(
                    kind: "import.tracking.written",
                    subject: "import/mlflow",
                    actor: actor,
                    body: [
                        "source": .string(source), "records": .integer(Int64(batch.records)),
                        "points": .integer(Int64(batch.points)),
                    ]
                )
            )
        }
    }

    /// Replaces all rows that an owner has in a table of keys and values.
    static func replace(
        _ table: String,
        _ column: String,
        _ owner: SQLValue,
        _ pairs: [ImportedPair],
        _ transaction: any SQLTransaction
    ) throws {
        try transaction.execute("DELETE FROM \(table) WHERE \(column) = ?", [owner])
        for pair in pairs {
            try transaction.execute(
                "INSERT INTO \(table) (\(column), key, value) VALUES (?, ?, ?)",
                [owner, .text(pair.key), .text(pair.value)]
            )
        }
    }

    static func stage(_ word: String) throws -> LifecycleStage {
        guard let stage = LifecycleStage(rawValue: word) else {
            throw PlatformError(.importInvalid, "'\(word.prefix(40))' is no lifecycle stage.")
        }
        return stage
    }
}

extension ErrorCode {
    /// A number or a name that a record keeps is taken by something that did not come from there.
    package static let importConflict = ErrorCode("import_conflict", .conflict)
    /// A record holds a value that no MLflow server writes.
    package static let importInvalid = ErrorCode("import_invalid", .invalidArgument)
}
