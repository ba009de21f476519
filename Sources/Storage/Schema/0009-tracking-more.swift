extension Migration {
    /// What quick searches and quick plots need: the latest metrics carry their experiment, so that one index serves "the best
    /// runs of this experiment", and whether their whole history was logged in the order of its steps.
    package static let trackingMore = Migration(
        9,
        "tracking-more",
        """
        ALTER TABLE run_latest_metric ADD COLUMN experiment_id INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE run_latest_metric ADD COLUMN in_order INTEGER NOT NULL DEFAULT 0 CHECK (in_order IN (0, 1));
        UPDATE run_latest_metric SET experiment_id =
            (SELECT r.experiment_id FROM tracking_run AS r WHERE r.run_key = run_latest_metric.run_key);
        DROP INDEX run_latest_metric_by_value;
        CREATE INDEX run_latest_metric_by_experiment ON run_latest_metric (experiment_id, key, is_nan, value);
        """
    )
}
