import Primitives
import Storage

extension TraceStore {
    /// Sets a tag.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_PARAMETER_VALUE` for a bad key or one that only the server sets.
    package func set(tag: KeyValue, on id: String) async throws {
        try Self.check(mutable: tag.key, "set", except: [])
        let tag = try TraceLimits.tag(tag)
        try await database.write { transaction in
            try Self.require(id, transaction)
            if tag.key == TraceKey.name {
                try transaction.execute(
                    "UPDATE trace SET trace_name = ? WHERE trace_id = ?",
                    [.text(tag.value), .text(id)]
                )
            } else {
                try Self.set([tag], "trace_tag", id, transaction)
            }
        }
    }

    /// Deletes a tag.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` also when there is no such tag.
    package func delete(tag key: String, of id: String) async throws {
        try Self.check(mutable: key, "deleted", except: [TraceKey.archivalFailure])
        try await database.write { transaction in
            let count =
                key == TraceKey.name
                ? try transaction.execute(
                    "UPDATE trace SET trace_name = NULL WHERE trace_id = ? AND trace_name IS NOT NULL",
                    [.text(id)]
                )
                : try transaction.execute(
                    "DELETE FROM trace_tag WHERE trace_id = ? AND key = ?",
                    [.text(id), .text(key)]
                )
            if count == 0 {
                throw PlatformError.mlflowMissing("No trace tag with key '\(key)' for trace with ID '\(id)'")
            }
        }
    }

    private static func check(mutable key: String, _ operation: String, except: Set<String>) throws {
        let fixed: Set = [TraceKey.spansLocation, TraceKey.archiveLocation, TraceKey.archivalFailure]
        guard fixed.subtracting(except).contains(key) else { return }
        throw PlatformError.mlflowInvalid("Tag '\(key)' is immutable and cannot be \(operation) on a trace.")
    }

    static func require(_ id: String, _ reader: any SQLReader) throws {
        guard try reader.first("SELECT 1 AS found FROM trace WHERE trace_id = ?", [.text(id)]) != nil else {
            throw missing(id)
        }
    }

    /// Which traces to delete.
    package enum Deletion: Sendable {
        /// These, as far as they belong to the experiment.
        case ids([String])
        /// Those that began up to a moment, in milliseconds; the oldest first, at most so many.
        case until(Int64, limit: Int64?)
    }

    /// Deletes traces with all that belongs to them.
    ///
    /// - Returns: how many went.
    package func delete(_ deletion: Deletion, in experiment: Int64, actor: String) async throws -> Int {
        if case .ids(let ids) = deletion {
            try TraceLimits.count(ids.count, "trace ids", upTo: TraceLimits.idsPerRequest)
        }
        return try await database.write { transaction in
            let ids = try Self.select(deletion, in: experiment, transaction)
            for ids in ids.chunks(of: Self.batch) {
                let scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
                for table in ["trace_tag", "trace_metadata", "trace_span", "trace_assessment", "trace_link", "trace"] {
                    try transaction.execute("DELETE FROM \(table) WHERE \(scope.sql)", scope.arguments)
                }
            }
            if let first = ids.first {
                try transaction.record(
                    JournalEvent(
                        kind: "tracking.trace.deleted",
                        subject: "trace/\(first)",
                        actor: actor,
                        body: ["experiment": .integer(experiment), "count": .integer(Int64(ids.count))]
                    )
                )
            }
            return ids.count
        }
    }

    private static func select(
        _ deletion: Deletion,
        in experiment: Int64,
        _ reader: any SQLReader
    ) throws -> [String] {
        switch deletion {
        case .ids(let wanted):
            return try wanted.chunks(of: batch).flatMap { ids in
                let scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
                return try reader.query(
                    "SELECT trace_id FROM trace WHERE experiment_id = ? AND \(scope.sql)",
                    [.integer(experiment)] + scope.arguments
                ).map { try $0.text("trace_id") }
            }
        case .until(let moment, let limit):
            let sql =
                "SELECT trace_id FROM trace WHERE experiment_id = ? AND timestamp_ms <= ? ORDER BY timestamp_ms, trace_id"
            return try reader.query(
                limit == nil ? sql : sql + " LIMIT ?",
                [.integer(experiment), .integer(moment)] + (limit.map { [.integer($0)] } ?? [])
            ).map { try $0.text("trace_id") }
        }
    }

    /// What a link leads to.
    package enum LinkTarget: Sendable {
        /// A run.
        case run(String)
        /// Versions of prompts, as `name/version`.
        case prompts([String])
    }

    /// Links traces to a run, or one to prompts. Links that are there already stay; a trace that is linked to a run may
    /// come later.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for too many; `RESOURCE_DOES_NOT_EXIST` when prompts are linked to no trace.
    package func link(_ ids: [String], to target: LinkTarget, actor: String) async throws {
        let kind: String
        let targets: [String]
        switch target {
        case .run(let run):
            guard ids.count <= TraceLimits.linksPerRequest else {
                throw PlatformError.mlflowInvalid(
                    "Cannot link more than \(TraceLimits.linksPerRequest) traces to a run in a single request. "
                        + "Provided \(ids.count) traces."
                )
            }
            (kind, targets) = ("run", [run])
        case .prompts(let prompts):
            try TraceLimits.count(prompts.count, "prompts", upTo: TraceLimits.pairsPerRequest)
            (kind, targets) = ("prompt", prompts)
        }
        guard let first = ids.first, !targets.isEmpty else { return }
        for id in ids { try TraceLimits.check(id: id) }
        try await database.write { transaction in
            if kind == "prompt" { try Self.require(first, transaction) }
            for id in ids {
                for target in targets {
                    try transaction.execute(
                        "INSERT INTO trace_link (trace_id, kind, target) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        [.text(id), .text(kind), .text(target)]
                    )
                }
            }
            try transaction.record(
                JournalEvent(
                    kind: "tracking.trace.linked",
                    subject: "trace/\(first)",
                    actor: actor,
                    body: ["kind": .string(kind), "to": .string(targets[0]), "count": .integer(Int64(ids.count))]
                )
            )
        }
    }
}
