import Primitives
import Storage

/// Keeps traces, their spans and what is said of them. Each method is one transaction; a write returns after it is durable.
package struct TraceStore: Sendable {
    let database: any Database
    let time: TimeSource
    let identifiers: IdentifierSource

    /// Makes a store.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Records what the client knows of a trace when it ends. Spans may have come before: then what they said of its time,
    /// state and previews is replaced, and tags and metadata are joined.
    ///
    /// - Returns: the trace as it stands now.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the experiment, `INVALID_PARAMETER_VALUE`.
    package func start(_ info: TraceInfo, actor: String) async throws -> TraceInfo {
        try Self.check(info)
        let tags = info.tags.filter { $0.key != TraceKey.name }
        let name = info.tag(TraceKey.name)
        let analytics = try TraceAnalytics(metadata: info.metadata)
        let metadata =
            info.metadata.filter { !TraceAnalytics.keys.contains($0.key) } + [KeyValue(TraceKey.finalized, "true")]
        let assessments = info.assessments.map(completed)
        return try await database.write { transaction in
            let experiment = try ExperimentStore.load(info.experimentID, transaction)
            try ExperimentStore.requireActive(experiment)
            if try Self.insert(info, name: name, analytics, in: transaction) {
                try Self.created([info.id], in: experiment.id, actor: actor, transaction)
            } else {
                try Self.merge(info, name: name, analytics, in: transaction)
            }
            try Self.set(tags, "trace_tag", info.id, transaction)
            try Self.set([Self.locationTag(experiment, info.id)], "trace_tag", info.id, transaction)
            try Self.set(metadata, "trace_metadata", info.id, transaction)
            for var assessment in assessments {
                assessment.traceID = info.id
                try assessment.insert(in: transaction)
            }
            return try Self.load(info.id, transaction)
        }
    }

    /// An assessment with an id of its own.
    func completed(_ assessment: Assessment) -> Assessment {
        guard assessment.id.isEmpty else { return assessment }
        var assessment = assessment
        assessment.id = "a-" + identifiers()
        return assessment
    }

    private static func check(_ info: TraceInfo) throws {
        try TraceLimits.check(id: info.id)
        try TraceLimits.count(info.tags.count, "tags", upTo: TraceLimits.pairsPerRequest)
        try TraceLimits.count(info.metadata.count, "metadata entries", upTo: TraceLimits.pairsPerRequest)
        try TraceLimits.count(info.assessments.count, "assessments", upTo: TraceLimits.assessmentsPerRequest)
        for assessment in info.assessments { try assessment.check() }
        try check(metadata: info.metadata)
        for tag in info.tags { try MLflowName.checkLength("tag key", tag.key, upTo: MLflowName.maximumKeyLength) }
        try MLflowName.checkLength("Trace name", info.tag(TraceKey.name) ?? "", upTo: TraceLimits.nameLength)
    }

    static func check(metadata: [KeyValue]) throws {
        for entry in metadata {
            try MLflowName.checkLength("metadata key", entry.key, upTo: MLflowName.maximumKeyLength)
            guard entry.value.utf8.count <= TraceLimits.metadataValueBytes else {
                throw PlatformError.mlflowInvalid(
                    "The metadata '\(entry.key)' is longer than \(TraceLimits.metadataValueBytes) bytes."
                )
            }
        }
    }

    /// Where the trace's files are: below the experiment's artifacts.
    static func locationTag(_ experiment: Experiment, _ id: String) -> KeyValue {
        let location = experiment.artifactLocation
        let root = location.hasSuffix("/") ? location : location + "/"
        return KeyValue(TraceKey.artifactLocation, "\(root)traces/\(id)/artifacts")
    }

    private static func merge(
        _ info: TraceInfo,
        name: String?,
        _ analytics: TraceAnalytics,
        in transaction: any SQLTransaction
    ) throws {
        try transaction.execute(
            "UPDATE trace SET experiment_id = ?, timestamp_ms = ?, execution_time_ms = ?, status = ?, client_request_id = ?, "
                + "request_preview = COALESCE(?, request_preview), response_preview = COALESCE(?, response_preview), "
                + "trace_name = COALESCE(?, trace_name), \(TraceAnalytics.assignments) WHERE trace_id = ?",
            [
                .integer(info.experimentID), .integer(info.requestTime), .optional(info.duration),
                .text(info.state.rawValue), .optional(info.clientRequestID), .optional(info.requestPreview),
                .optional(info.responsePreview), .optional(name),
            ] + analytics.values + [.text(info.id)]
        )
        try transaction.execute(
            "UPDATE trace_span SET experiment_id = ? WHERE trace_id = ? AND experiment_id <> ?",
            [.integer(info.experimentID), .text(info.id), .integer(info.experimentID)]
        )
    }
}

extension TraceStore {
    /// Inserts a trace's own row.
    ///
    /// - Returns: false when there is one with that id.
    static func insert(
        _ info: TraceInfo,
        name: String?,
        _ analytics: TraceAnalytics,
        in transaction: any SQLTransaction
    ) throws -> Bool {
        try transaction.execute(
            "INSERT INTO trace (trace_id, experiment_id, timestamp_ms, execution_time_ms, status, client_request_id, "
                + "request_preview, response_preview, trace_name, \(TraceAnalytics.columns.joined(separator: ", "))) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (trace_id) DO NOTHING",
            [
                .text(info.id), .integer(info.experimentID), .integer(info.requestTime), .optional(info.duration),
                .text(info.state.rawValue), .optional(info.clientRequestID), .optional(info.requestPreview),
                .optional(info.responsePreview), .optional(name),
            ] + analytics.values
        ) == 1
    }

    /// Sets rows of a table of pairs; the last of one key wins.
    static func set(_ pairs: [KeyValue], _ table: String, _ id: String, _ transaction: any SQLTransaction) throws {
        for pair in pairs {
            try transaction.execute(
                "INSERT INTO \(table) (trace_id, key, value) VALUES (?, ?, ?) "
                    + "ON CONFLICT (trace_id, key) DO UPDATE SET value = excluded.value",
                [.text(id), .text(pair.key), .text(pair.value)]
            )
        }
    }

    /// One event for the traces that one request made.
    static func created(
        _ ids: [String],
        in experiment: Int64,
        actor: String,
        _ transaction: any SQLTransaction
    ) throws {
        guard let first = ids.first else { return }
        try transaction.record(
            JournalEvent(
                kind: "tracking.trace.created",
                subject: "trace/\(first)",
                actor: actor,
                body: ["experiment": .integer(experiment), "count": .integer(Int64(ids.count))]
            )
        )
    }
}
