extension Migration {
    /// Tables of pipelines.
    package static let pipelines = Migration(
        4,
        "pipelines",
        """
        """
    )
}
