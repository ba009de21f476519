extension Migration {
    /// Tables of the registry's policies and of webhooks, and indexes for its searches.
    package static let registryMore = Migration(
        10,
        "registry-more",
        """
        CREATE INDEX registered_model_by_update ON registered_model (last_update_time);
        CREATE INDEX model_version_by_update ON model_version (last_update_time);
        CREATE INDEX model_version_tag_by_key ON model_version_tag (key, model);

        CREATE TABLE model_version_content (
            model TEXT NOT NULL,
            version INTEGER NOT NULL,
            tree_digest TEXT NOT NULL,
            files INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (model, version),
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE model_gate (
            model TEXT NOT NULL REFERENCES registered_model (name) ON UPDATE CASCADE ON DELETE CASCADE,
            target TEXT NOT NULL CHECK (target <> ''),
            requires TEXT NOT NULL,
            set_by TEXT NOT NULL,
            set_at INTEGER NOT NULL,
            PRIMARY KEY (model, target)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE webhook (
            webhook_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            url TEXT NOT NULL CHECK (url <> ''),
            description TEXT,
            secret BLOB,
            status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DISABLED')),
            creation_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            created_sequence INTEGER NOT NULL UNIQUE,
            since_sequence INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE webhook_event (
            webhook_id TEXT NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
            entity TEXT NOT NULL,
            action TEXT NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (webhook_id, entity, action)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_event_by_kind ON webhook_event (entity, action);

        CREATE TABLE webhook_cursor (
            name TEXT PRIMARY KEY NOT NULL,
            sequence INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE webhook_delivery (
            delivery_id TEXT PRIMARY KEY NOT NULL,
            webhook_id TEXT NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            entity TEXT NOT NULL,
            action TEXT NOT NULL,
            data TEXT NOT NULL,
            occurred_at INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            next_attempt INTEGER NOT NULL,
            UNIQUE (webhook_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX webhook_delivery_by_time ON webhook_delivery (next_attempt);
        """
    )
}
