extension Migration {
    /// Tables of tracking.
    package static let tracking = Migration(
        5,
        "tracking",
        """
        """
    )
}
