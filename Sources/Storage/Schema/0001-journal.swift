extension Migration {
    /// Tables of journal.
    package static let journal = Migration(
        1,
        "journal",
        """
        """
    )
}
