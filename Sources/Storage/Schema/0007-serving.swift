extension Migration {
    /// Tables of serving.
    package static let serving = Migration(
        7,
        "serving",
        """
        """
    )
}
