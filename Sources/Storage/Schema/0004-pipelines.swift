extension Migration {
    /// Tables of pipelines: immutable versions of definitions, their runs, the tasks of a run, what a task wrote, and the
    /// cache that finds an earlier execution by identity.
    package static let pipelines = Migration(
        4,
        "pipelines",
        """
        CREATE TABLE pipeline (
            name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
            latest_version INTEGER NOT NULL CHECK (latest_version >= 1),
            description TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE pipeline_version (
            pipeline TEXT NOT NULL REFERENCES pipeline (name),
            version INTEGER NOT NULL CHECK (version >= 1),
            digest TEXT NOT NULL,
            source TEXT NOT NULL,
            code TEXT NOT NULL,
            actor TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (pipeline, version)
        ) STRICT;
        CREATE TABLE pipeline_run (
            id TEXT NOT NULL PRIMARY KEY,
            pipeline TEXT NOT NULL,
            version INTEGER NOT NULL,
            parameters TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT NOT NULL,
            idempotency_key TEXT,
            use_cache INTEGER NOT NULL CHECK (use_cache IN (0, 1)),
            state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
            cancel_actor TEXT,
            created_at INTEGER NOT NULL,
            finished_at INTEGER,
            FOREIGN KEY (pipeline, version) REFERENCES pipeline_version (pipeline, version),
            UNIQUE (pipeline, idempotency_key),
            CHECK ((state = 'running') = (finished_at IS NULL))
        ) STRICT;
        CREATE INDEX pipeline_run_active ON pipeline_run (id) WHERE state = 'running';
        CREATE INDEX pipeline_run_by_pipeline ON pipeline_run (pipeline, id);
        CREATE TABLE pipeline_task (
            run_id TEXT NOT NULL REFERENCES pipeline_run (id),
            task TEXT NOT NULL,
            position INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'running', 'succeeded', 'cached', 'failed',
                'retrying', 'skipped', 'cancelled')),
            attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
            losses INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0),
            retry_at INTEGER,
            identity TEXT,
            components TEXT,
            cached_from TEXT,
            started_at INTEGER,
            finished_at INTEGER,
            error_code TEXT,
            error_message TEXT,
            next_step TEXT,
            PRIMARY KEY (run_id, task),
            CHECK ((state = 'retrying') = (retry_at IS NOT NULL)),
            CHECK (state NOT IN ('succeeded', 'cached', 'running') OR identity IS NOT NULL)
        ) STRICT;
        CREATE INDEX pipeline_task_by_identity ON pipeline_task (identity);
        CREATE TABLE pipeline_output (
            run_id TEXT NOT NULL,
            task TEXT NOT NULL,
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('file', 'tree')),
            bytes INTEGER NOT NULL CHECK (bytes >= 0),
            PRIMARY KEY (run_id, task, name),
            FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task)
        ) STRICT;
        CREATE INDEX pipeline_output_by_digest ON pipeline_output (digest);
        CREATE TABLE pipeline_cache (
            identity TEXT NOT NULL PRIMARY KEY,
            run_id TEXT NOT NULL,
            task TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task)
        ) STRICT;
        """
    )
}
