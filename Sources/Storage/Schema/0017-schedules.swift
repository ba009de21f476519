extension Migration {
    /// Schedules of pipelines: how far each is decided, the one run of each logical time, and backfills with their times.
    package static let schedules = Migration(
        17,
        "schedules",
        """
        ALTER TABLE pipeline_run ADD COLUMN schedule TEXT;
        ALTER TABLE pipeline_run ADD COLUMN logical_time INTEGER;
        ALTER TABLE pipeline_run ADD COLUMN backfill_id TEXT;
        CREATE TABLE pipeline_schedule (
            pipeline TEXT NOT NULL REFERENCES pipeline (name),
            name TEXT NOT NULL,
            version INTEGER NOT NULL,
            rule TEXT NOT NULL,
            decided_through INTEGER NOT NULL,
            paused_by TEXT,
            PRIMARY KEY (pipeline, name)
        ) STRICT;
        CREATE TABLE pipeline_schedule_run (
            pipeline TEXT NOT NULL,
            schedule TEXT NOT NULL,
            logical_time INTEGER NOT NULL,
            run_id TEXT NOT NULL REFERENCES pipeline_run (id),
            PRIMARY KEY (pipeline, schedule, logical_time)
        ) STRICT;
        CREATE TABLE pipeline_backfill (
            id TEXT NOT NULL PRIMARY KEY,
            pipeline TEXT NOT NULL,
            version INTEGER NOT NULL,
            schedule TEXT NOT NULL,
            parameters TEXT NOT NULL,
            parallel INTEGER NOT NULL CHECK (parallel BETWEEN 1 AND 64),
            state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
            actor TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            finished_at INTEGER,
            FOREIGN KEY (pipeline, version) REFERENCES pipeline_version (pipeline, version),
            CHECK ((state = 'running') = (finished_at IS NULL))
        ) STRICT;
        CREATE INDEX pipeline_run_by_logical_time ON pipeline_run (pipeline, schedule, logical_time)
            WHERE logical_time IS NOT NULL;
        CREATE INDEX pipeline_backfill_active ON pipeline_backfill (id) WHERE state = 'running';
        CREATE TABLE pipeline_backfill_run (
            backfill_id TEXT NOT NULL REFERENCES pipeline_backfill (id),
            logical_time INTEGER NOT NULL,
            run_id TEXT REFERENCES pipeline_run (id),
            PRIMARY KEY (backfill_id, logical_time)
        ) STRICT;
        """
    )
}
