extension Migration {
    /// Named slots that tasks of all runs share.
    package static let pools = Migration(
        20,
        "pools",
        """
        CREATE TABLE pipeline_pool (
            name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
            slots INTEGER NOT NULL CHECK (slots BETWEEN 0 AND 1000),
            actor TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE pipeline_task ADD COLUMN pool TEXT;
        """
    )
}
