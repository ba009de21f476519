extension Migration {
    /// Tables of registry.
    package static let registry = Migration(
        6,
        "registry",
        """
        """
    )
}
