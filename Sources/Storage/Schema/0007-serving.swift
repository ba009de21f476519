extension Migration {
    /// Tables of serving: which version each endpoint answers with, so that a restart serves the same one.
    package static let serving = Migration(
        7,
        "serving",
        """
        CREATE TABLE endpoint (
            name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
            reference TEXT NOT NULL CHECK (reference <> ''),
            wanted_variant TEXT,
            model TEXT NOT NULL CHECK (model <> ''),
            version INTEGER NOT NULL CHECK (version > 0),
            variant TEXT NOT NULL CHECK (variant <> ''),
            package_digest TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            since INTEGER NOT NULL CHECK (since >= created_at),
            deployed_by TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX endpoint_by_version ON endpoint (model, version);
        """
    )
}
