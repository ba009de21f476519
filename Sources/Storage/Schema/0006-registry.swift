extension Migration {
    /// Tables of the registry: models, their immutable versions, aliases, attestations, and where versions run.
    package static let registry = Migration(
        6,
        "registry",
        """
        CREATE TABLE registered_model (
            name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
            description TEXT,
            creation_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE registered_model_tag (
            model TEXT NOT NULL REFERENCES registered_model (name) ON UPDATE CASCADE ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE model_version (
            model TEXT NOT NULL REFERENCES registered_model (name) ON UPDATE CASCADE ON DELETE CASCADE,
            version INTEGER NOT NULL CHECK (version > 0),
            description TEXT,
            source TEXT NOT NULL,
            storage_location TEXT NOT NULL,
            run_id TEXT,
            run_link TEXT,
            model_id TEXT,
            stage TEXT NOT NULL CHECK (stage IN ('None', 'Staging', 'Production', 'Archived', 'Deleted_Internal')),
            creation_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            package_digest TEXT,
            manifest_digest TEXT,
            signature TEXT,
            key_id TEXT,
            pipeline_run TEXT,
            pipeline_task TEXT,
            PRIMARY KEY (model, version),
            CHECK ((package_digest IS NULL) = (manifest_digest IS NULL)),
            CHECK ((manifest_digest IS NULL) = (signature IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX model_version_by_package ON model_version (model, package_digest)
            WHERE package_digest IS NOT NULL AND stage <> 'Deleted_Internal';
        CREATE INDEX model_version_by_run ON model_version (run_id);

        CREATE TABLE model_version_tag (
            model TEXT NOT NULL,
            version INTEGER NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model, version, key),
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE registered_model_alias (
            model TEXT NOT NULL,
            alias TEXT NOT NULL CHECK (alias <> ''),
            version INTEGER NOT NULL,
            moved_at INTEGER NOT NULL,
            moved_by TEXT NOT NULL,
            PRIMARY KEY (model, alias),
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX registered_model_alias_by_version ON registered_model_alias (model, version);

        CREATE TABLE model_attestation (
            attestation_id TEXT PRIMARY KEY NOT NULL,
            model TEXT NOT NULL,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL CHECK (kind <> ''),
            passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
            reasons TEXT NOT NULL,
            details TEXT NOT NULL,
            made_by TEXT NOT NULL,
            made_at INTEGER NOT NULL,
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX model_attestation_by_version ON model_attestation (model, version, made_at);

        CREATE TABLE model_deployment (
            endpoint TEXT PRIMARY KEY NOT NULL CHECK (endpoint <> ''),
            model TEXT NOT NULL,
            version INTEGER NOT NULL,
            since INTEGER NOT NULL,
            deployed_by TEXT NOT NULL,
            FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX model_deployment_by_version ON model_deployment (model, version);
        """
    )
}
