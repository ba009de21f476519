extension Migration {
    /// Policies of endpoints with every version that ever stood, how far a canary is, and which version answered before.
    package static let gateway = Migration(
        25,
        "gateway",
        """
        CREATE TABLE endpoint_policy (
            endpoint TEXT NOT NULL REFERENCES endpoint (name) ON DELETE CASCADE,
            version INTEGER NOT NULL CHECK (version > 0),
            document TEXT NOT NULL CHECK (document <> ''),
            restores INTEGER CHECK (restores > 0),
            applied_at INTEGER NOT NULL,
            applied_by TEXT NOT NULL,
            PRIMARY KEY (endpoint, version)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE endpoint_canary (
            endpoint TEXT PRIMARY KEY NOT NULL REFERENCES endpoint (name) ON DELETE CASCADE,
            policy_version INTEGER NOT NULL CHECK (policy_version > 0),
            step INTEGER NOT NULL CHECK (step >= 0),
            phase TEXT NOT NULL CHECK (phase IN ('running', 'promoting', 'promoted', 'held', 'rolled_back')),
            reason TEXT NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE endpoint_last_good (
            endpoint TEXT PRIMARY KEY NOT NULL REFERENCES endpoint (name) ON DELETE CASCADE,
            model TEXT NOT NULL CHECK (model <> ''),
            version INTEGER NOT NULL CHECK (version > 0),
            variant TEXT NOT NULL CHECK (variant <> '')
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE prediction ADD COLUMN arm TEXT;
        """
    )
}
