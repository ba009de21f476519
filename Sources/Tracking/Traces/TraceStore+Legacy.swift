import Primitives
import Storage

extension TraceStore {
    /// Begins a trace as clients before MLflow 3 do; the server names it.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the experiment, `INVALID_PARAMETER_VALUE`.
    package func begin(
        in experiment: Int64,
        at moment: Int64,
        metadata: [KeyValue],
        tags: [KeyValue],
        actor: String
    ) async throws -> TraceInfo {
        let id = identifiers()
        let name = tags.last { $0.key == TraceKey.name }?.value
        try Self.check(metadata: metadata)
        try TraceLimits.count(tags.count, "tags", upTo: TraceLimits.pairsPerRequest)
        try MLflowName.checkLength("Trace name", name ?? "", upTo: TraceLimits.nameLength)
        let analytics = try TraceAnalytics(metadata: metadata)
        let info = TraceInfo(id: id, experimentID: experiment, requestTime: moment, state: .inProgress)
        return try await database.write { transaction in
            let experiment = try ExperimentStore.load(experiment, transaction)
            try ExperimentStore.requireActive(experiment)
            _ = try Self.insert(info, name: name, analytics, in: transaction)
            try Self.created([id], in: experiment.id, actor: actor, transaction)
            try Self.setLegacy(metadata, tags + [Self.locationTag(experiment, id)], id, transaction)
            return try Self.load(id, transaction)
        }
    }

    /// Ends such a trace; tags and metadata are joined with those it has.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func end(
        _ id: String,
        at moment: Int64,
        state: TraceState,
        metadata: [KeyValue],
        tags: [KeyValue]
    ) async throws -> TraceInfo {
        let name = tags.last { $0.key == TraceKey.name }?.value
        try Self.check(metadata: metadata)
        try TraceLimits.count(tags.count, "tags", upTo: TraceLimits.pairsPerRequest)
        try MLflowName.checkLength("Trace name", name ?? "", upTo: TraceLimits.nameLength)
        let analytics = try TraceAnalytics(metadata: metadata)
        return try await database.write { transaction in
            let count = try transaction.execute(
                "UPDATE trace SET execution_time_ms = ? - timestamp_ms, status = ?, trace_name = COALESCE(?, trace_name), "
                    + "\(TraceAnalytics.assignments) WHERE trace_id = ?",
                [.integer(moment), .text(state.rawValue), .optional(name)] + analytics.values + [.text(id)]
            )
            guard count == 1 else { throw Self.missing(id) }
            try Self.setLegacy(metadata, tags, id, transaction)
            return try Self.load(id, transaction)
        }
    }

    private static func setLegacy(
        _ metadata: [KeyValue],
        _ tags: [KeyValue],
        _ id: String,
        _ transaction: any SQLTransaction
    ) throws {
        try set(metadata.filter { !TraceAnalytics.keys.contains($0.key) }, "trace_metadata", id, transaction)
        try set(tags.filter { $0.key != TraceKey.name }, "trace_tag", id, transaction)
    }
}
