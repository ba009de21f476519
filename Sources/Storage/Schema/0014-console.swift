extension Migration {
    /// What the console keeps: named views of the runs table, as the query of their address.
    package static let console = Migration(
        14,
        "console",
        """
        CREATE TABLE console_view (
            name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
            query TEXT NOT NULL,
            saved_at INTEGER NOT NULL,
            saved_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    )
}
