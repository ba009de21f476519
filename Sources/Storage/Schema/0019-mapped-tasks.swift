extension Migration {
    /// Instances of mapped tasks: rows of their own, found by the task that they belong to.
    package static let mappedTasks = Migration(
        19,
        "mapped-tasks",
        """
        ALTER TABLE pipeline_task ADD COLUMN parent TEXT;
        ALTER TABLE pipeline_task ADD COLUMN map_index INTEGER;
        ALTER TABLE pipeline_task ADD COLUMN map_size INTEGER;
        CREATE INDEX pipeline_task_of_run ON pipeline_task (run_id, position) WHERE parent IS NULL;
        CREATE INDEX pipeline_task_of_parent ON pipeline_task (run_id, parent, map_index, state)
            WHERE parent IS NOT NULL;
        """
    )
}
