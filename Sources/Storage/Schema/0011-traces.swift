extension Migration {
    /// Tables of tracing: traces, their tags and metadata, spans, assessments and links to runs and prompts. What searches
    /// and sums need of a trace's metadata (session, tokens, cost) and of a span's content (type, model, cost) stands in
    /// columns of its own. A link may come before its trace, since clients export traces later than they link them.
    package static let traces = Migration(
        11,
        "traces",
        """
        CREATE TABLE trace (
            trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
            timestamp_ms INTEGER NOT NULL,
            execution_time_ms INTEGER,
            status TEXT NOT NULL CHECK (status IN ('STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS')),
            client_request_id TEXT,
            request_preview TEXT,
            response_preview TEXT,
            trace_name TEXT,
            session_id TEXT,
            input_tokens INTEGER,
            output_tokens INTEGER,
            total_tokens INTEGER,
            cache_read_input_tokens INTEGER,
            cache_creation_input_tokens INTEGER,
            cache_creation_input_tokens_above_1hr INTEGER,
            input_cost REAL,
            output_cost REAL,
            total_cost REAL
        ) STRICT;
        CREATE INDEX trace_by_time ON trace (experiment_id, timestamp_ms DESC, trace_id);
        CREATE INDEX trace_by_session ON trace (session_id);

        CREATE TABLE trace_tag (
            trace_id TEXT NOT NULL REFERENCES trace (trace_id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (trace_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trace_metadata (
            trace_id TEXT NOT NULL REFERENCES trace (trace_id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (trace_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE trace_span (
            trace_id TEXT NOT NULL REFERENCES trace (trace_id),
            span_id TEXT NOT NULL,
            experiment_id INTEGER NOT NULL,
            parent_span_id TEXT,
            name TEXT NOT NULL,
            type TEXT,
            status TEXT NOT NULL,
            start_time_unix_nano INTEGER NOT NULL,
            end_time_unix_nano INTEGER,
            input_cost REAL,
            output_cost REAL,
            total_cost REAL,
            model_name TEXT,
            model_provider TEXT,
            content TEXT NOT NULL,
            PRIMARY KEY (trace_id, span_id)
        ) STRICT;

        CREATE TABLE trace_assessment (
            assessment_id TEXT PRIMARY KEY NOT NULL CHECK (assessment_id <> ''),
            trace_id TEXT NOT NULL REFERENCES trace (trace_id),
            name TEXT NOT NULL,
            type TEXT NOT NULL CHECK (type IN ('feedback', 'expectation', 'issue')),
            value TEXT NOT NULL,
            error TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            source_type TEXT NOT NULL,
            source_id TEXT,
            run_id TEXT,
            span_id TEXT,
            rationale TEXT,
            overrides TEXT,
            valid INTEGER NOT NULL CHECK (valid IN (0, 1)),
            metadata TEXT,
            aggregate_value REAL,
            is_numeric INTEGER NOT NULL CHECK (is_numeric IN (0, 1))
        ) STRICT;
        CREATE INDEX trace_assessment_by_trace ON trace_assessment (trace_id, created_at);
        CREATE INDEX trace_assessment_by_name ON trace_assessment (name, type);

        CREATE TABLE trace_link (
            trace_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('run', 'prompt')),
            target TEXT NOT NULL,
            PRIMARY KEY (trace_id, kind, target)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX trace_link_by_target ON trace_link (kind, target);
        """
    )
}
