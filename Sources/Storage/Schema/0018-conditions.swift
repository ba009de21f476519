extension Migration {
    /// Why a task of a run was skipped, and whether nothing is wrong about it.
    package static let conditions = Migration(
        18,
        "conditions",
        """
        ALTER TABLE pipeline_task ADD COLUMN skip_reason TEXT;
        ALTER TABLE pipeline_task ADD COLUMN excused INTEGER NOT NULL DEFAULT 0 CHECK (excused IN (0, 1));
        """
    )
}
