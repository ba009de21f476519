extension Migration {
    /// Tables of data sets: a version is immutable, and the same tree is registered once under one name.
    package static let datasets = Migration(
        3,
        "datasets",
        """
        CREATE TABLE dataset (
            name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE dataset_version (
            dataset TEXT NOT NULL REFERENCES dataset (name),
            number INTEGER NOT NULL CHECK (number >= 1),
            tree TEXT NOT NULL CHECK (length(tree) = 71),
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            licence TEXT NOT NULL CHECK (length(licence) > 0),
            source TEXT NOT NULL,
            schema TEXT NOT NULL,
            tags TEXT NOT NULL,
            provenance TEXT NOT NULL,
            row_count INTEGER NOT NULL CHECK (row_count >= 0),
            byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
            parent_dataset TEXT,
            parent_number INTEGER,
            PRIMARY KEY (dataset, number),
            UNIQUE (dataset, tree),
            FOREIGN KEY (parent_dataset, parent_number) REFERENCES dataset_version (dataset, number),
            CHECK ((parent_dataset IS NULL) = (parent_number IS NULL))
        ) STRICT;
        CREATE INDEX dataset_version_tree ON dataset_version (tree);
        CREATE TABLE dataset_shard (
            dataset TEXT NOT NULL,
            number INTEGER NOT NULL,
            path TEXT NOT NULL,
            digest TEXT NOT NULL CHECK (length(digest) = 71),
            row_count INTEGER NOT NULL CHECK (row_count >= 0),
            byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
            language TEXT NOT NULL,
            PRIMARY KEY (dataset, number, path),
            FOREIGN KEY (dataset, number) REFERENCES dataset_version (dataset, number)
        ) STRICT;
        CREATE INDEX dataset_shard_digest ON dataset_shard (digest);
        """
    )
}
