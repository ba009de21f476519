extension Migration {
    /// Tables of tracking: experiments, runs, their metrics, params and tags, data set and model links, logged models and the
    /// names of artifacts. Metric rows name their run by a small integer, since there are many of them.
    package static let tracking = Migration(
        5,
        "tracking",
        """
        CREATE TABLE experiment (
            experiment_id INTEGER PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            artifact_location TEXT NOT NULL,
            lifecycle_stage TEXT NOT NULL CHECK (lifecycle_stage IN ('active', 'deleted')),
            creation_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL
        ) STRICT;
        INSERT INTO experiment (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)
            VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', 0, 0);

        CREATE TABLE experiment_tag (
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (experiment_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE tracking_run (
            run_key INTEGER PRIMARY KEY NOT NULL,
            run_id TEXT NOT NULL UNIQUE CHECK (run_id <> ''),
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
            name TEXT NOT NULL,
            user_id TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED')),
            start_time INTEGER NOT NULL,
            end_time INTEGER,
            artifact_uri TEXT NOT NULL,
            lifecycle_stage TEXT NOT NULL CHECK (lifecycle_stage IN ('active', 'deleted')),
            deleted_time INTEGER
        ) STRICT;
        CREATE INDEX tracking_run_by_time ON tracking_run (experiment_id, lifecycle_stage, start_time DESC, run_id);

        CREATE TABLE run_tag (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run_key, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_tag_by_value ON run_tag (key, value);

        CREATE TABLE run_param (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run_key, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_param_by_value ON run_param (key, value);

        CREATE TABLE run_metric (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            key TEXT NOT NULL,
            timestamp INTEGER NOT NULL,
            step INTEGER NOT NULL,
            value REAL NOT NULL,
            is_nan INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
            PRIMARY KEY (run_key, key, timestamp, step, value, is_nan)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE run_latest_metric (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            key TEXT NOT NULL,
            value REAL NOT NULL,
            is_nan INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
            timestamp INTEGER NOT NULL,
            step INTEGER NOT NULL,
            PRIMARY KEY (run_key, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_latest_metric_by_value ON run_latest_metric (key, value, is_nan);

        CREATE TABLE run_dataset (
            dataset_key INTEGER PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            source_type TEXT NOT NULL,
            source TEXT NOT NULL,
            schema TEXT,
            profile TEXT,
            UNIQUE (experiment_id, name, digest)
        ) STRICT;

        CREATE TABLE run_dataset_input (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            dataset_key INTEGER NOT NULL REFERENCES run_dataset (dataset_key),
            tags TEXT NOT NULL,
            context TEXT,
            PRIMARY KEY (run_key, dataset_key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX run_dataset_input_by_dataset ON run_dataset_input (dataset_key);

        CREATE TABLE run_model_link (
            run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
            direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
            model_id TEXT NOT NULL,
            step INTEGER NOT NULL,
            PRIMARY KEY (run_key, direction, model_id, step)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE logged_model (
            model_id TEXT PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
            name TEXT NOT NULL,
            artifact_location TEXT NOT NULL,
            creation_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            status TEXT NOT NULL CHECK (status IN (
                'LOGGED_MODEL_STATUS_UNSPECIFIED', 'LOGGED_MODEL_PENDING', 'LOGGED_MODEL_READY',
                'LOGGED_MODEL_UPLOAD_FAILED')),
            lifecycle_stage TEXT NOT NULL CHECK (lifecycle_stage IN ('active', 'deleted')),
            model_type TEXT,
            source_run_id TEXT
        ) STRICT;
        CREATE INDEX logged_model_by_time ON logged_model (experiment_id, lifecycle_stage, creation_time DESC);
        CREATE INDEX logged_model_by_run ON logged_model (source_run_id);

        CREATE TABLE logged_model_tag (
            model_id TEXT NOT NULL REFERENCES logged_model (model_id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE logged_model_param (
            model_id TEXT NOT NULL REFERENCES logged_model (model_id),
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (model_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE logged_model_metric (
            model_id TEXT NOT NULL REFERENCES logged_model (model_id),
            key TEXT NOT NULL,
            timestamp INTEGER NOT NULL,
            step INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            value REAL NOT NULL,
            is_nan INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
            dataset_name TEXT,
            dataset_digest TEXT,
            PRIMARY KEY (model_id, key, timestamp, step, run_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE artifact (
            path TEXT PRIMARY KEY NOT NULL CHECK (path <> ''),
            digest TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size >= 0),
            created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX artifact_by_digest ON artifact (digest);
        """
    )
}
