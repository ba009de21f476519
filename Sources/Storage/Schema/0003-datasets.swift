extension Migration {
    /// Tables of datasets.
    package static let datasets = Migration(
        3,
        "datasets",
        """
        """
    )
}
