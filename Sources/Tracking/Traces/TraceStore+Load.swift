import Primitives
import Storage

extension TraceStore {
    /// What is known of a trace.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func info(_ id: String) async throws -> TraceInfo {
        try await database.read { try Self.load(id, $0) }
    }

    /// What is known of some traces, in the order of the ids; those that are not there are left out.
    ///
    /// - Parameter experiments: only traces of these; nil for all.
    package func infos(_ ids: [String], experiments: [Int64]? = nil) async throws -> [TraceInfo] {
        try TraceLimits.count(ids.count, "trace ids", upTo: TraceLimits.idsPerRequest)
        return try await database.read { try Self.load(ids, experiments: experiments, $0) }
    }

    /// A trace with its spans.
    ///
    /// - Returns: nil when spans are missing and `partial` is false: the client is still sending them.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INTERNAL_ERROR`, as MLflow has it, when the spans are no rows but a file.
    package func trace(_ id: String, partial: Bool) async throws -> StoredTrace? {
        try await database.read { reader in
            guard let info = try Self.load([id], experiments: nil, reader).first else {
                throw PlatformError.mlflowMissing("Trace with ID \(id) is not found.")
            }
            let spans = try Self.spans(of: [info], reader)[id] ?? []
            if partial { return StoredTrace(info: info, spans: spans) }
            return Self.isComplete(info, spans.count) ? StoredTrace(info: info, spans: spans) : nil
        }
    }

    /// Traces with all their spans, in the order of the ids; those that are not there or not complete are left out.
    package func traces(_ ids: [String], experiments: [Int64]? = nil) async throws -> [StoredTrace] {
        try TraceLimits.count(ids.count, "trace ids", upTo: TraceLimits.idsPerRequest)
        return try await database.read { reader in
            let infos = try Self.load(ids, experiments: experiments, reader)
            let spans = try Self.spans(of: infos, reader)
            return infos.compactMap { info in
                let own = spans[info.id] ?? []
                return Self.isComplete(info, own.count) ? StoredTrace(info: info, spans: own) : nil
            }
        }
    }

    private static func isComplete(_ info: TraceInfo, _ count: Int) -> Bool {
        let said = info.metadata(TraceKey.sizeStatistics).flatMap(OrderedJSON.parse)?["num_spans"]?.integerValue ?? 0
        return count > 0 && Int64(count) >= said
    }

    /// The spans of traces: roots first, then by start.
    private static func spans(of infos: [TraceInfo], _ reader: any SQLReader) throws -> [String: [String]] {
        guard infos.allSatisfy({ $0.tag(TraceKey.spansLocation) == TraceKey.trackingStore }) else {
            throw PlatformError(
                ErrorCode("INTERNAL_ERROR", .internal),
                "Trace data not stored in tracking store"
            )
        }
        var found: [String: [String]] = [:]
        for ids in infos.map(\.id).chunks(of: batch) {
            let scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
            let rows = try reader.query(
                "SELECT trace_id, content FROM trace_span WHERE \(scope.sql) ORDER BY trace_id, "
                    + "CASE WHEN parent_span_id IS NULL THEN 0 ELSE 1 END, start_time_unix_nano, span_id",
                scope.arguments
            )
            for row in rows { found[try row.text("trace_id"), default: []].append(try row.text("content")) }
        }
        return found
    }

    /// How many ids stand in one statement.
    static let batch = 500

    static func load(_ id: String, _ reader: any SQLReader) throws -> TraceInfo {
        guard let info = try load([id], experiments: nil, reader).first else { throw missing(id) }
        return info
    }

    static func missing(_ id: String) -> PlatformError {
        PlatformError.mlflowMissing("Trace with ID '\(id.prefix(200))' not found.")
    }

    static func load(_ ids: [String], experiments: [Int64]?, _ reader: any SQLReader) throws -> [TraceInfo] {
        var rows: [String: SQLRow] = [:]
        for ids in ids.chunks(of: batch) {
            var scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
            if let experiments { scope.and(SQLCondition("experiment_id", anyOf: experiments.map(SQLValue.integer))) }
            for row in try reader.query("SELECT * FROM trace WHERE \(scope.sql)", scope.arguments) {
                rows[try row.text("trace_id")] = row
            }
        }
        var seen: Set<String> = []
        return try complete(ids.filter { seen.insert($0).inserted }.compactMap { rows[$0] }, reader)
    }

    /// Traces with their tags, metadata and assessments: three statements for up to ``batch`` of them.
    static func complete(_ rows: [SQLRow], _ reader: any SQLReader) throws -> [TraceInfo] {
        var tags: [String: [KeyValue]] = [:]
        var metadata: [String: [KeyValue]] = [:]
        var assessments: [String: [Assessment]] = [:]
        for ids in try rows.map({ try $0.text("trace_id") }).chunks(of: batch) {
            let scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
            for row in try reader.query(
                "SELECT trace_id, key, value FROM trace_tag WHERE \(scope.sql) ORDER BY trace_id, key",
                scope.arguments
            ) {
                tags[try row.text("trace_id"), default: []].append(try KeyValue(row: row))
            }
            for row in try reader.query(
                "SELECT trace_id, key, value FROM trace_metadata WHERE \(scope.sql) ORDER BY trace_id, key",
                scope.arguments
            ) {
                metadata[try row.text("trace_id"), default: []].append(try KeyValue(row: row))
            }
            for row in try reader.query(
                "SELECT * FROM trace_assessment WHERE \(scope.sql) ORDER BY trace_id, created_at, assessment_id",
                scope.arguments
            ) {
                assessments[try row.text("trace_id"), default: []].append(try Assessment(row: row))
            }
        }
        return try rows.map { row in
            let id = try row.text("trace_id")
            let name = try row.optionalText("trace_name").map { KeyValue(TraceKey.name, $0) }
            return TraceInfo(
                id: id,
                experimentID: try row.integer("experiment_id"),
                requestTime: try row.integer("timestamp_ms"),
                duration: try row.optionalInteger("execution_time_ms"),
                state: TraceState(rawValue: try row.text("status")) ?? .unspecified,
                clientRequestID: try row.optionalText("client_request_id"),
                requestPreview: try row.optionalText("request_preview"),
                responsePreview: try row.optionalText("response_preview"),
                metadata: (metadata[id] ?? []) + (try TraceAnalytics(row: row).metadata),
                tags: (tags[id] ?? []) + (name.map { [$0] } ?? []),
                assessments: assessments[id] ?? []
            )
        }
    }
}

extension KeyValue {
    fileprivate init(row: SQLRow) throws {
        self.init(try row.text("key"), try row.text("value"))
    }
}

extension Array {
    /// Consecutive pieces of at most `count` elements.
    func chunks(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
