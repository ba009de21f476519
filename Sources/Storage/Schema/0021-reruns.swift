extension Migration {
    /// Runs that do a part of an ended run again: which run, and which tasks are executed whatever the cache has.
    package static let reruns = Migration(
        21,
        "reruns",
        """
        ALTER TABLE pipeline_run ADD COLUMN rerun_of TEXT;
        ALTER TABLE pipeline_run ADD COLUMN fresh_tasks TEXT;
        """
    )
}
