extension Migration {
    /// Tokens: only SHA-256 hashes of them, with the roles that they carry.
    package static let security = Migration(
        2,
        "security",
        """
        CREATE TABLE access_token (
            id TEXT PRIMARY KEY CHECK (id <> ''),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            name TEXT NOT NULL CHECK (name <> ''),
            roles TEXT NOT NULL CHECK (roles <> ''),
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER
        ) STRICT;
        CREATE INDEX access_token_name ON access_token (name);
        CREATE INDEX access_token_expiry ON access_token (expires_at);
        """
    )
}
