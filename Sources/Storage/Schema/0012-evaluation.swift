extension Migration {
    /// Tables of what MLflow's evaluation resources are: data sets with their records, scorers, issues, label schemas, review
    /// queues, and the gateway's configuration.
    package static let evaluation = Migration(
        12,
        "evaluation",
        """
        CREATE TABLE evaluation_dataset (
            dataset_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL CHECK (name <> ''),
            schema_json TEXT,
            digest TEXT NOT NULL,
            record_count INTEGER NOT NULL CHECK (record_count >= 0),
            next_position INTEGER NOT NULL,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            created_by TEXT,
            last_updated_by TEXT
        ) STRICT;
        CREATE INDEX evaluation_dataset_by_time ON evaluation_dataset (created_time DESC, dataset_id DESC);
        CREATE INDEX evaluation_dataset_by_name ON evaluation_dataset (name, dataset_id DESC);

        CREATE TABLE evaluation_dataset_tag (
            dataset_id TEXT NOT NULL REFERENCES evaluation_dataset (dataset_id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (dataset_id, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX evaluation_dataset_tag_by_value ON evaluation_dataset_tag (key, value);

        CREATE TABLE evaluation_dataset_experiment (
            dataset_id TEXT NOT NULL REFERENCES evaluation_dataset (dataset_id) ON DELETE CASCADE,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            PRIMARY KEY (dataset_id, experiment_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX evaluation_dataset_experiment_by_experiment
            ON evaluation_dataset_experiment (experiment_id, dataset_id);

        CREATE TABLE evaluation_record (
            record_id TEXT PRIMARY KEY NOT NULL,
            dataset_id TEXT NOT NULL REFERENCES evaluation_dataset (dataset_id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            input_hash TEXT NOT NULL,
            inputs TEXT NOT NULL,
            outputs TEXT,
            expectations TEXT,
            tags TEXT NOT NULL,
            source TEXT,
            source_id TEXT,
            source_type TEXT,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            created_by TEXT,
            last_updated_by TEXT,
            UNIQUE (dataset_id, input_hash),
            UNIQUE (dataset_id, position)
        ) STRICT;

        CREATE TABLE scorer (
            scorer_id TEXT PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            UNIQUE (experiment_id, name)
        ) STRICT;

        CREATE TABLE scorer_version (
            scorer_id TEXT NOT NULL REFERENCES scorer (scorer_id) ON DELETE CASCADE,
            version INTEGER NOT NULL CHECK (version > 0),
            serialized TEXT NOT NULL,
            creation_time INTEGER NOT NULL,
            PRIMARY KEY (scorer_id, version)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE online_scoring_config (
            scorer_id TEXT PRIMARY KEY NOT NULL REFERENCES scorer (scorer_id) ON DELETE CASCADE,
            config_id TEXT NOT NULL UNIQUE,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            sample_rate REAL NOT NULL CHECK (sample_rate >= 0 AND sample_rate <= 1),
            filter_string TEXT
        ) STRICT;

        CREATE TABLE quality_issue (
            issue_id TEXT PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'rejected', 'resolved')),
            severity INTEGER NOT NULL CHECK (severity BETWEEN -1 AND 3),
            root_causes TEXT NOT NULL,
            categories TEXT NOT NULL,
            source_run_id TEXT REFERENCES tracking_run (run_id) ON DELETE SET NULL,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            created_by TEXT
        ) STRICT;
        CREATE INDEX quality_issue_by_severity
            ON quality_issue (experiment_id, severity DESC, created_time DESC, issue_id DESC);
        CREATE INDEX quality_issue_by_run ON quality_issue (source_run_id);

        CREATE TABLE label_schema (
            schema_id TEXT PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            kind TEXT NOT NULL CHECK (kind IN ('FEEDBACK', 'EXPECTATION')),
            instruction TEXT,
            enable_comment INTEGER NOT NULL CHECK (enable_comment IN (0, 1)),
            input TEXT NOT NULL,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
            UNIQUE (experiment_id, name)
        ) STRICT;
        CREATE INDEX label_schema_by_time ON label_schema (experiment_id, created_time DESC, schema_id);

        CREATE TABLE review_queue (
            queue_id TEXT PRIMARY KEY NOT NULL,
            experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
            name TEXT NOT NULL CHECK (name <> ''),
            name_key TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('USER', 'CUSTOM')),
            created_by TEXT,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            UNIQUE (experiment_id, name_key)
        ) STRICT;
        CREATE INDEX review_queue_by_time ON review_queue (experiment_id, created_time DESC, queue_id);

        CREATE TABLE review_queue_user (
            queue_id TEXT NOT NULL REFERENCES review_queue (queue_id) ON DELETE CASCADE,
            user_id TEXT NOT NULL CHECK (user_id <> ''),
            PRIMARY KEY (queue_id, user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX review_queue_user_by_user ON review_queue_user (user_id, queue_id);

        CREATE TABLE review_queue_schema (
            queue_id TEXT NOT NULL REFERENCES review_queue (queue_id) ON DELETE CASCADE,
            schema_id TEXT NOT NULL,
            PRIMARY KEY (queue_id, schema_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE review_queue_item (
            queue_id TEXT NOT NULL REFERENCES review_queue (queue_id) ON DELETE CASCADE,
            item_id TEXT NOT NULL REFERENCES trace (trace_id) ON DELETE CASCADE,
            status TEXT NOT NULL CHECK (status IN ('PENDING', 'COMPLETE', 'DECLINED')),
            completed_by TEXT,
            completed_time INTEGER,
            created_time INTEGER NOT NULL,
            last_update_time INTEGER NOT NULL,
            PRIMARY KEY (queue_id, item_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX review_queue_item_by_time ON review_queue_item (queue_id, created_time DESC, item_id);
        CREATE INDEX review_queue_item_by_item ON review_queue_item (item_id);

        CREATE TABLE gateway_secret (
            secret_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            sealed BLOB NOT NULL,
            masked TEXT NOT NULL,
            provider TEXT,
            auth_config TEXT,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE gateway_model (
            model_definition_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            secret_id TEXT REFERENCES gateway_secret (secret_id) ON DELETE SET NULL,
            provider TEXT NOT NULL,
            model_name TEXT NOT NULL,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX gateway_model_by_secret ON gateway_model (secret_id);

        CREATE TABLE gateway_endpoint (
            endpoint_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE CHECK (name <> ''),
            routing_strategy TEXT,
            has_fallback INTEGER NOT NULL CHECK (has_fallback IN (0, 1)),
            fallback_strategy TEXT,
            fallback_attempts INTEGER,
            experiment_id INTEGER REFERENCES experiment (experiment_id) ON DELETE SET NULL,
            usage_tracking INTEGER NOT NULL CHECK (usage_tracking IN (0, 1)),
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE gateway_mapping (
            mapping_id TEXT PRIMARY KEY NOT NULL,
            endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
            model_definition_id TEXT NOT NULL REFERENCES gateway_model (model_definition_id),
            position INTEGER NOT NULL,
            weight REAL NOT NULL,
            linkage_type TEXT NOT NULL CHECK (linkage_type IN ('PRIMARY', 'FALLBACK')),
            fallback_order INTEGER,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            UNIQUE (endpoint_id, model_definition_id, linkage_type)
        ) STRICT;
        CREATE INDEX gateway_mapping_by_model ON gateway_mapping (model_definition_id);

        CREATE TABLE gateway_binding (
            endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
            resource_type TEXT NOT NULL,
            resource_id TEXT NOT NULL,
            display_name TEXT,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL,
            PRIMARY KEY (endpoint_id, resource_type, resource_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX gateway_binding_by_resource ON gateway_binding (resource_type, resource_id);

        CREATE TABLE gateway_endpoint_tag (
            endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (endpoint_id, key)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE gateway_budget (
            budget_policy_id TEXT PRIMARY KEY NOT NULL,
            budget_unit TEXT NOT NULL,
            budget_amount REAL NOT NULL,
            duration_unit TEXT NOT NULL,
            duration_value INTEGER NOT NULL,
            target_scope TEXT NOT NULL,
            budget_action TEXT NOT NULL,
            target_value TEXT,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE gateway_guardrail (
            guardrail_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            scorer_id TEXT NOT NULL,
            scorer_version INTEGER NOT NULL,
            stage TEXT NOT NULL CHECK (stage IN ('BEFORE', 'AFTER')),
            action TEXT NOT NULL CHECK (action IN ('VALIDATION', 'SANITIZATION')),
            action_endpoint_id TEXT REFERENCES gateway_endpoint (endpoint_id) ON DELETE SET NULL,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            last_updated_by TEXT,
            last_updated_at INTEGER NOT NULL,
            FOREIGN KEY (scorer_id, scorer_version) REFERENCES scorer_version (scorer_id, version) ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX gateway_guardrail_by_scorer ON gateway_guardrail (scorer_id, scorer_version);

        CREATE TABLE gateway_guardrail_config (
            endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
            guardrail_id TEXT NOT NULL REFERENCES gateway_guardrail (guardrail_id) ON DELETE CASCADE,
            execution_order INTEGER,
            created_by TEXT,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (endpoint_id, guardrail_id)
        ) STRICT, WITHOUT ROWID;
        """
    )
}
