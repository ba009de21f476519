import Primitives
import Storage

extension TraceStore {
    /// Keeps spans, and what they say of their traces: when they ran, how they ended, tokens, cost, session, user, tags. A
    /// trace that is not there yet is made. A span that is there already is replaced. All in one transaction.
    ///
    /// - Parameters:
    ///   - spans: of any traces, in any order; children may come before their parents, in other calls.
    ///   - experiment: where new traces go.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` without the experiment; `INVALID_PARAMETER_VALUE` for too many or too large ones.
    package func log(_ spans: [TraceSpan], in experiment: Int64, actor: String) async throws {
        guard !spans.isEmpty else { return }
        try TraceLimits.count(spans.count, "spans", upTo: TraceLimits.spansPerRequest)
        let rows = try spans.map(SpanRow.init)
        let digests = try Dictionary(grouping: spans, by: \.traceID).map(SpanDigest.init).sorted { $0.id < $1.id }
        try await database.write { transaction in
            var known = try Self.known(digests.map(\.id), transaction)
            let new = digests.filter { known[$0.id] == nil }
            if !new.isEmpty {
                let experiment = try ExperimentStore.load(experiment, transaction)
                for digest in new {
                    let info = digest.info(in: experiment.id)
                    _ = try Self.insert(info, name: nil, TraceAnalytics(), in: transaction)
                    try Self.set([Self.locationTag(experiment, digest.id)], "trace_tag", digest.id, transaction)
                    known[digest.id] = KnownTrace(experiment: experiment.id, isNew: true)
                }
                try Self.created(new.map(\.id), in: experiment.id, actor: actor, transaction)
            }
            for row in rows { try row.upsert(experiment: known[row.traceID]?.experiment ?? experiment, transaction) }
            let totals = try Self.totals(digests, known, transaction)
            for digest in digests {
                guard let trace = known[digest.id] else { continue }
                try Self.update(digest, trace, totals[digest.id] ?? TraceAnalytics(), transaction)
            }
        }
    }

    /// What is known of a trace before its spans are counted in.
    private struct KnownTrace {
        let experiment: Int64
        let isNew: Bool
        var isFinalized = false
        var hasTokens = false
        var hasCosts = false

        init(experiment: Int64, isNew: Bool) {
            self.experiment = experiment
            self.isNew = isNew
        }

        init(row: SQLRow) throws {
            self.init(experiment: try row.integer("experiment_id"), isNew: false)
            isFinalized = try row.optionalText("finalized") != nil
            let analytics = try TraceAnalytics(row: row)
            hasTokens = !analytics.tokens.isEmpty
            hasCosts = !analytics.costs.isEmpty
        }
    }

    private static func known(_ ids: [String], _ reader: any SQLReader) throws -> [String: KnownTrace] {
        var found: [String: KnownTrace] = [:]
        for ids in ids.chunks(of: batch) {
            let scope = SQLCondition("t.trace_id", anyOf: ids.map(SQLValue.text))
            let columns = TraceAnalytics.columns.map { "t.\($0)" }.joined(separator: ", ")
            for row in try reader.query(
                "SELECT t.trace_id, t.experiment_id, m.value AS finalized, \(columns) FROM trace AS t "
                    + "LEFT JOIN trace_metadata AS m ON m.trace_id = t.trace_id AND m.key = ? WHERE \(scope.sql)",
                [.text(TraceKey.finalized)] + scope.arguments
            ) {
                found[try row.text("trace_id")] = try KnownTrace(row: row)
            }
        }
        return found
    }

    /// Tokens and costs of each trace. What the client said at the trace's end stands; else all spans count, those of
    /// earlier calls too, since a sum above and its parts below may come in different calls.
    private static func totals(
        _ digests: [SpanDigest],
        _ known: [String: KnownTrace],
        _ reader: any SQLReader
    ) throws -> [String: TraceAnalytics] {
        func counts(_ digest: SpanDigest, _ isKnown: (KnownTrace) -> Bool) -> Bool {
            known[digest.id].map { !($0.isFinalized && isKnown($0)) } ?? false
        }
        let wanted = digests.map { digest in
            (
                digest: digest, tokens: digest.hasTokens && counts(digest, \.hasTokens),
                costs: digest.hasCosts && counts(digest, \.hasCosts)
            )
        }.filter { $0.tokens || $0.costs }
        let stored = try storedNodes(wanted.map(\.digest.id).filter { known[$0]?.isNew == false }, reader)
        var totals: [String: TraceAnalytics] = [:]
        for (digest, wantsTokens, wantsCosts) in wanted {
            let earlier = (stored[digest.id] ?? []).filter { !digest.spanIDs.contains($0.id) }
            var analytics = TraceAnalytics()
            if wantsTokens {
                analytics.tokens = SpanTotals.tokens(digest.usage + earlier.map { $0.node(TraceKey.Span.usage) }) ?? [:]
            }
            if wantsCosts {
                analytics.costs = SpanTotals.costs(digest.costs + earlier.map { $0.node(TraceKey.Span.cost) }) ?? [:]
            }
            totals[digest.id] = analytics
        }
        return totals
    }

    private struct StoredNode {
        let id: String
        let parent: String?
        let attributes: OrderedJSON?

        func node(_ key: String) -> SpanTotals.Node {
            let object = attributes?[key]?.stringValue.flatMap(OrderedJSON.parse)
            return SpanTotals.Node(id: id, parent: parent, object: object?.members == nil ? nil : object)
        }
    }

    private static func storedNodes(_ ids: [String], _ reader: any SQLReader) throws -> [String: [StoredNode]] {
        var found: [String: [StoredNode]] = [:]
        for ids in ids.chunks(of: batch) {
            let scope = SQLCondition("trace_id", anyOf: ids.map(SQLValue.text))
            for row in try reader.query(
                "SELECT trace_id, span_id, parent_span_id, content FROM trace_span WHERE \(scope.sql)",
                scope.arguments
            ) {
                let node = StoredNode(
                    id: try row.text("span_id"),
                    parent: try row.optionalText("parent_span_id"),
                    attributes: OrderedJSON.parse(try row.text("content"))?["attributes"]
                )
                found[try row.text("trace_id"), default: []].append(node)
            }
        }
        return found
    }

    private static func update(
        _ digest: SpanDigest,
        _ trace: KnownTrace,
        _ totals: TraceAnalytics,
        _ transaction: any SQLTransaction
    ) throws {
        // As in MLflow, times that the client gave at the trace's end stand when these spans say tokens, cost or session.
        let keepsTimes = trace.isFinalized && (digest.hasTokens || digest.hasCosts || digest.session != nil)
        var sets: [String] = []
        var arguments: [SQLValue] = []
        if !keepsTimes {
            let start = "CASE WHEN timestamp_ms > ? THEN ? ELSE timestamp_ms END"
            let first = SQLValue.integer(digest.start)
            sets.append("timestamp_ms = \(start)")
            arguments += [first, first]
            if let end = digest.end {
                let last = SQLValue.integer(end)
                sets.append(
                    "execution_time_ms = CASE WHEN timestamp_ms + execution_time_ms > ? "
                        + "THEN timestamp_ms + execution_time_ms ELSE ? END - \(start)"
                )
                arguments += [last, last, first, first]
            }
        }
        sets.append(
            "status = CASE WHEN status IN ('IN_PROGRESS', 'STATE_UNSPECIFIED') THEN COALESCE(?, status) ELSE status END"
        )
        sets.append("request_preview = COALESCE(request_preview, ?)")
        sets.append("response_preview = COALESCE(response_preview, ?)")
        sets.append("trace_name = COALESCE(?, trace_name)")
        sets.append("session_id = COALESCE(session_id, ?)")
        arguments += [
            .optional(digest.state?.rawValue), .optional(digest.requestPreview), .optional(digest.responsePreview),
            .optional(digest.name), .optional(digest.session),
        ]
        for key in TraceAnalytics.tokenKeys {
            guard let count = totals.tokens[key] else { continue }
            sets.append("\(key) = ?")
            arguments.append(.integer(count))
        }
        for key in TraceAnalytics.costKeys {
            guard let cost = totals.costs[key] else { continue }
            sets.append("\(key) = ?")
            arguments.append(.real(cost))
        }
        try transaction.execute(
            "UPDATE trace SET \(sets.joined(separator: ", ")) WHERE trace_id = ?",
            arguments + [.text(digest.id)]
        )
        if let user = digest.user {
            try transaction.execute(
                "INSERT INTO trace_metadata (trace_id, key, value) VALUES (?, ?, ?) ON CONFLICT (trace_id, key) DO NOTHING",
                [.text(digest.id), .text(TraceKey.user), .text(user)]
            )
        }
        let place = KeyValue(TraceKey.spansLocation, TraceKey.trackingStore)
        try set([place] + digest.tags, "trace_tag", digest.id, transaction)
    }
}
