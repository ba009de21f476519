extension Migration {
    /// Tables of security.
    package static let security = Migration(
        2,
        "security",
        """
        """
    )
}
