extension Migration {
    /// Tables of the object store: uploads in parts with the parts that have come, and who collects.
    package static let objects = Migration(
        13,
        "objects",
        """
        CREATE TABLE artifact_upload (
            upload_id TEXT PRIMARY KEY NOT NULL CHECK (upload_id <> ''),
            path TEXT NOT NULL CHECK (path <> ''),
            parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 10000),
            remote_id TEXT,
            actor TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
        ) STRICT;
        CREATE INDEX artifact_upload_by_expiry ON artifact_upload (expires_at);
        CREATE TABLE artifact_upload_part (
            upload_id TEXT NOT NULL REFERENCES artifact_upload (upload_id) ON DELETE CASCADE,
            part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 10000),
            digest TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size >= 0),
            PRIMARY KEY (upload_id, part)
        ) STRICT;
        CREATE TABLE object_collection (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            holder TEXT NOT NULL CHECK (holder <> ''),
            expires_at INTEGER NOT NULL
        ) STRICT;
        """
    )
}
