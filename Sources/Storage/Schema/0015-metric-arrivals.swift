extension Migration {
    /// Metric points as they arrived, one row a request, until they are sorted into the histories. To append here touches one
    /// page; the histories are ordered by run and key, so that a batch of a hundred keys would touch a hundred.
    package static let metricArrivals = Migration(
        15,
        "metric-arrivals",
        """
        CREATE TABLE run_metric_arrival (
            sequence INTEGER PRIMARY KEY NOT NULL,
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            points BLOB NOT NULL
        ) STRICT;
        """
    )
}
