extension Migration {
    /// Attempts that an executor outside the server's own processes was given, and how they ended.
    package static let attempts = Migration(
        23,
        "attempts",
        """
        CREATE TABLE pipeline_attempt (
            run_id TEXT NOT NULL,
            task TEXT NOT NULL,
            attempt INTEGER NOT NULL CHECK (attempt >= 1),
            executor TEXT NOT NULL,
            handle TEXT NOT NULL,
            submitted_at INTEGER NOT NULL,
            outcome TEXT,
            ended_at INTEGER,
            PRIMARY KEY (run_id, task, attempt),
            FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task),
            CHECK ((outcome IS NULL) = (ended_at IS NULL))
        ) STRICT;
        """
    )
}
