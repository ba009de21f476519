extension Migration {
    /// Runs whose tasks another engine starts, and when such a task was last heard of.
    package static let externalRuns = Migration(
        16,
        "external-runs",
        """
        ALTER TABLE pipeline_run ADD COLUMN engine TEXT NOT NULL DEFAULT 'aku' CHECK (length(engine) BETWEEN 1 AND 32);
        ALTER TABLE pipeline_run ADD COLUMN external_id TEXT;
        ALTER TABLE pipeline_task ADD COLUMN heartbeat_at INTEGER;
        CREATE UNIQUE INDEX pipeline_run_by_external_id ON pipeline_run (pipeline, engine, external_id)
            WHERE external_id IS NOT NULL;
        """
    )
}
