extension Migration {
    /// The journal: its entries, the stored levels and right edge of its Merkle tree, and its signed checkpoints.
    package static let journal = Migration(
        1,
        "journal",
        """
        CREATE TABLE journal_entry (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            at INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind <> ''),
            subject TEXT NOT NULL CHECK (subject <> ''),
            actor TEXT NOT NULL CHECK (actor <> ''),
            body TEXT NOT NULL,
            leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
        ) STRICT;
        CREATE INDEX journal_entry_subject ON journal_entry (subject, sequence);
        CREATE INDEX journal_entry_kind ON journal_entry (kind, sequence);
        CREATE TABLE journal_end (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            size INTEGER NOT NULL CHECK (size > 0),
            roots BLOB NOT NULL CHECK (length(roots) % 32 = 0)
        ) STRICT;
        CREATE TABLE journal_tile (
            level INTEGER NOT NULL CHECK (level > 0),
            position INTEGER NOT NULL CHECK (position >= 0),
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            PRIMARY KEY (level, position)
        ) STRICT;
        CREATE TABLE journal_checkpoint (
            size INTEGER PRIMARY KEY CHECK (size >= 0),
            root BLOB NOT NULL CHECK (length(root) = 32),
            at INTEGER NOT NULL,
            key_id TEXT NOT NULL CHECK (key_id <> ''),
            note TEXT NOT NULL CHECK (note <> '')
        ) STRICT;
        """
    )
}
