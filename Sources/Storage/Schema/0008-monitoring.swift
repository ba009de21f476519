extension Migration {
    /// Tables of monitoring.
    package static let monitoring = Migration(
        8,
        "monitoring",
        """
        """
    )
}
