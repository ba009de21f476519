CREATE TABLE access_token (
    id TEXT PRIMARY KEY CHECK (id <> ''),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    name TEXT NOT NULL CHECK (name <> ''),
    roles TEXT NOT NULL CHECK (roles <> ''),
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

CREATE TABLE artifact (
    path TEXT PRIMARY KEY NOT NULL CHECK (path <> ''),
    digest TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE artifact_upload (
    upload_id TEXT PRIMARY KEY NOT NULL CHECK (upload_id <> ''),
    path TEXT NOT NULL CHECK (path <> ''),
    parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 10000),
    remote_id TEXT,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL CHECK (expires_at > created_at)
) STRICT;

CREATE TABLE artifact_upload_part (
    upload_id TEXT NOT NULL REFERENCES artifact_upload (upload_id) ON DELETE CASCADE,
    part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 10000),
    digest TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    PRIMARY KEY (upload_id, part)
) STRICT;

CREATE TABLE console_view (
    name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
    query TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    saved_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dataset (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
    created_at INTEGER NOT NULL
) STRICT;

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

CREATE TABLE drift_alert (
    id TEXT NOT NULL PRIMARY KEY,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    at INTEGER NOT NULL,
    requests INTEGER NOT NULL CHECK (requests > 0),
    evidence REAL NOT NULL,
    threshold REAL NOT NULL,
    leading TEXT NOT NULL,
    journal_sequence INTEGER NOT NULL CHECK (journal_sequence > 0),
    resolved_at INTEGER,
    resolution TEXT,
    CHECK ((resolved_at IS NULL) = (resolution IS NULL))
) STRICT;

CREATE TABLE drift_trigger (
    name TEXT NOT NULL PRIMARY KEY,
    definition TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL
) STRICT;

CREATE TABLE drift_trigger_cursor (
    consumer TEXT NOT NULL PRIMARY KEY,
    sequence INTEGER NOT NULL CHECK (sequence >= 0)
) STRICT;

CREATE TABLE drift_trigger_firing (
    idempotency_key TEXT NOT NULL PRIMARY KEY,
    trigger_name TEXT NOT NULL REFERENCES drift_trigger (name),
    journal_sequence INTEGER NOT NULL CHECK (journal_sequence > 0),
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('fired', 'suppressed')),
    reason TEXT NOT NULL,
    run TEXT,
    CHECK ((outcome = 'fired') = (run IS NOT NULL))
) STRICT;

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

CREATE TABLE endpoint_policy (
    endpoint TEXT NOT NULL REFERENCES endpoint (name) ON DELETE CASCADE,
    version INTEGER NOT NULL CHECK (version > 0),
    document TEXT NOT NULL CHECK (document <> ''),
    restores INTEGER CHECK (restores > 0),
    applied_at INTEGER NOT NULL,
    applied_by TEXT NOT NULL,
    PRIMARY KEY (endpoint, version)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE evaluation_dataset_experiment (
    dataset_id TEXT NOT NULL REFERENCES evaluation_dataset (dataset_id) ON DELETE CASCADE,
    experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
    PRIMARY KEY (dataset_id, experiment_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation_dataset_tag (
    dataset_id TEXT NOT NULL REFERENCES evaluation_dataset (dataset_id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (dataset_id, key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE experiment (
    experiment_id INTEGER PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE CHECK (name <> ''),
    artifact_location TEXT NOT NULL,
    lifecycle_stage TEXT NOT NULL CHECK (lifecycle_stage IN ('active', 'deleted')),
    creation_time INTEGER NOT NULL,
    last_update_time INTEGER NOT NULL
) STRICT;

CREATE TABLE experiment_tag (
    experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment_id, key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE gateway_endpoint_tag (
    endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (endpoint_id, key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE gateway_guardrail_config (
    endpoint_id TEXT NOT NULL REFERENCES gateway_endpoint (endpoint_id) ON DELETE CASCADE,
    guardrail_id TEXT NOT NULL REFERENCES gateway_guardrail (guardrail_id) ON DELETE CASCADE,
    execution_order INTEGER,
    created_by TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (endpoint_id, guardrail_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE journal_checkpoint (
    size INTEGER PRIMARY KEY CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    at INTEGER NOT NULL,
    key_id TEXT NOT NULL CHECK (key_id <> ''),
    note TEXT NOT NULL CHECK (note <> '')
) STRICT;

CREATE TABLE journal_end (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size > 0),
    roots BLOB NOT NULL CHECK (length(roots) % 32 = 0)
) STRICT;

CREATE TABLE journal_entry (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    actor TEXT NOT NULL CHECK (actor <> ''),
    body TEXT NOT NULL,
    leaf_hash BLOB NOT NULL CHECK (length(leaf_hash) = 32)
) STRICT;

CREATE TABLE journal_tile (
    level INTEGER NOT NULL CHECK (level > 0),
    position INTEGER NOT NULL CHECK (position >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, position)
) STRICT;

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

CREATE TABLE logged_model_param (
    model_id TEXT NOT NULL REFERENCES logged_model (model_id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE logged_model_tag (
    model_id TEXT NOT NULL REFERENCES logged_model (model_id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_id, key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE model_deployment (
    endpoint TEXT PRIMARY KEY NOT NULL CHECK (endpoint <> ''),
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    since INTEGER NOT NULL,
    deployed_by TEXT NOT NULL,
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

CREATE TABLE model_version_content (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    tree_digest TEXT NOT NULL,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (model, version),
    FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE model_version_tag (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, version, key),
    FOREIGN KEY (model, version) REFERENCES model_version (model, version) ON UPDATE CASCADE ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE monitor_state (
    endpoint TEXT NOT NULL PRIMARY KEY,
    model TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    covered INTEGER NOT NULL CHECK (covered >= 0),
    updated_at INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT;

CREATE TABLE monitor_window (
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('minute', 'count')),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    requests INTEGER NOT NULL CHECK (requests >= 0),
    errors INTEGER NOT NULL CHECK (errors >= 0 AND errors <= requests),
    content TEXT NOT NULL,
    PRIMARY KEY (endpoint, model, version, kind, ordinal)
) STRICT;

CREATE TABLE object_collection (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT NOT NULL CHECK (holder <> ''),
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE online_scoring_config (
    scorer_id TEXT PRIMARY KEY NOT NULL REFERENCES scorer (scorer_id) ON DELETE CASCADE,
    config_id TEXT NOT NULL UNIQUE,
    experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id) ON DELETE CASCADE,
    sample_rate REAL NOT NULL CHECK (sample_rate >= 0 AND sample_rate <= 1),
    filter_string TEXT
) STRICT;

CREATE TABLE pipeline (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
    latest_version INTEGER NOT NULL CHECK (latest_version >= 1),
    description TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pipeline_attempt (
    run_id TEXT NOT NULL,
    task TEXT NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 1),
    executor TEXT NOT NULL,
    handle TEXT NOT NULL,
    submitted_at INTEGER NOT NULL,
    outcome TEXT,
    ended_at INTEGER,
    PRIMARY KEY (run_id, task, attempt),
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
) STRICT;

CREATE TABLE pipeline_backfill (
    id TEXT NOT NULL PRIMARY KEY,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    schedule TEXT NOT NULL,
    parameters TEXT NOT NULL,
    parallel INTEGER NOT NULL CHECK (parallel BETWEEN 1 AND 64),
    state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER,
    FOREIGN KEY (pipeline, version) REFERENCES pipeline_version (pipeline, version),
    CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;

CREATE TABLE pipeline_backfill_run (
    backfill_id TEXT NOT NULL REFERENCES pipeline_backfill (id),
    logical_time INTEGER NOT NULL,
    run_id TEXT REFERENCES pipeline_run (id),
    PRIMARY KEY (backfill_id, logical_time)
) STRICT;

CREATE TABLE pipeline_cache (
    identity TEXT NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL,
    task TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task)
) STRICT;

CREATE TABLE pipeline_engine (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL CHECK (epoch > 0),
    step INTEGER NOT NULL
) STRICT;

CREATE TABLE pipeline_output (
    run_id TEXT NOT NULL,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('file', 'tree')),
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    PRIMARY KEY (run_id, task, name),
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task (run_id, task)
) STRICT;

CREATE TABLE pipeline_pool (
    name TEXT NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 128),
    slots INTEGER NOT NULL CHECK (slots BETWEEN 0 AND 1000),
    actor TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pipeline_run (
    id TEXT NOT NULL PRIMARY KEY,
    pipeline TEXT NOT NULL,
    version INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    idempotency_key TEXT,
    use_cache INTEGER NOT NULL CHECK (use_cache IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'cancelled')),
    cancel_actor TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER, engine TEXT NOT NULL DEFAULT 'aku' CHECK (length(engine) BETWEEN 1 AND 32), external_id TEXT, schedule TEXT, logical_time INTEGER, backfill_id TEXT, rerun_of TEXT, fresh_tasks TEXT, failure_code TEXT,
    FOREIGN KEY (pipeline, version) REFERENCES pipeline_version (pipeline, version),
    UNIQUE (pipeline, idempotency_key),
    CHECK ((state = 'running') = (finished_at IS NULL))
) STRICT;

CREATE TABLE pipeline_schedule (
    pipeline TEXT NOT NULL REFERENCES pipeline (name),
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    rule TEXT NOT NULL,
    decided_through INTEGER NOT NULL,
    paused_by TEXT,
    PRIMARY KEY (pipeline, name)
) STRICT;

CREATE TABLE pipeline_schedule_run (
    pipeline TEXT NOT NULL,
    schedule TEXT NOT NULL,
    logical_time INTEGER NOT NULL,
    run_id TEXT NOT NULL REFERENCES pipeline_run (id),
    PRIMARY KEY (pipeline, schedule, logical_time)
) STRICT;

CREATE TABLE pipeline_task (
    run_id TEXT NOT NULL REFERENCES pipeline_run (id),
    task TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'running', 'succeeded', 'cached', 'failed',
        'retrying', 'skipped', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    losses INTEGER NOT NULL DEFAULT 0 CHECK (losses >= 0),
    retry_at INTEGER,
    identity TEXT,
    components TEXT,
    cached_from TEXT,
    started_at INTEGER,
    finished_at INTEGER,
    error_code TEXT,
    error_message TEXT,
    next_step TEXT, heartbeat_at INTEGER, skip_reason TEXT, excused INTEGER NOT NULL DEFAULT 0 CHECK (excused IN (0, 1)), parent TEXT, map_index INTEGER, map_size INTEGER, pool TEXT, cpu_ms INTEGER CHECK (cpu_ms >= 0), peak_memory_bytes INTEGER CHECK (peak_memory_bytes >= 0),
    PRIMARY KEY (run_id, task),
    CHECK ((state = 'retrying') = (retry_at IS NOT NULL)),
    CHECK (state NOT IN ('succeeded', 'cached', 'running') OR identity IS NOT NULL)
) STRICT;

CREATE TABLE pipeline_version (
    pipeline TEXT NOT NULL REFERENCES pipeline (name),
    version INTEGER NOT NULL CHECK (version >= 1),
    digest TEXT NOT NULL,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (pipeline, version)
) STRICT;

CREATE TABLE prediction (
    sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    variant TEXT NOT NULL,
    label TEXT NOT NULL,
    score REAL NOT NULL,
    second_score REAL NOT NULL,
    token_count INTEGER NOT NULL,
    unknown_share REAL NOT NULL,
    character_count INTEGER NOT NULL,
    latency_us INTEGER NOT NULL,
    error_code TEXT
, arm TEXT) STRICT;

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

CREATE TABLE registered_model (
    name TEXT PRIMARY KEY NOT NULL CHECK (name <> ''),
    description TEXT,
    creation_time INTEGER NOT NULL,
    last_update_time INTEGER NOT NULL
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

CREATE TABLE registered_model_tag (
    model TEXT NOT NULL REFERENCES registered_model (name) ON UPDATE CASCADE ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, key)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE review_queue_schema (
    queue_id TEXT NOT NULL REFERENCES review_queue (queue_id) ON DELETE CASCADE,
    schema_id TEXT NOT NULL,
    PRIMARY KEY (queue_id, schema_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE review_queue_user (
    queue_id TEXT NOT NULL REFERENCES review_queue (queue_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL CHECK (user_id <> ''),
    PRIMARY KEY (queue_id, user_id)
) STRICT, WITHOUT ROWID;

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

CREATE TABLE run_latest_metric (
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    key TEXT NOT NULL,
    value REAL NOT NULL,
    is_nan INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
    timestamp INTEGER NOT NULL,
    step INTEGER NOT NULL, experiment_id INTEGER NOT NULL DEFAULT 0, in_order INTEGER NOT NULL DEFAULT 0 CHECK (in_order IN (0, 1)),
    PRIMARY KEY (run_key, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_metric (
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    key TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    step INTEGER NOT NULL,
    value REAL NOT NULL,
    is_nan INTEGER NOT NULL CHECK (is_nan IN (0, 1)),
    PRIMARY KEY (run_key, key, timestamp, step, value, is_nan)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_metric_arrival (
    sequence INTEGER PRIMARY KEY NOT NULL,
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    points BLOB NOT NULL
) STRICT;

CREATE TABLE run_model_link (
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
    model_id TEXT NOT NULL,
    step INTEGER NOT NULL,
    PRIMARY KEY (run_key, direction, model_id, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_param (
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_tag (
    run_key INTEGER NOT NULL REFERENCES tracking_run (run_key),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_at INTEGER NOT NULL
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

CREATE TABLE trace (
    trace_id TEXT PRIMARY KEY NOT NULL CHECK (trace_id <> ''),
    experiment_id INTEGER NOT NULL REFERENCES experiment (experiment_id),
    timestamp_ms INTEGER NOT NULL,
    execution_time_ms INTEGER,
    status TEXT NOT NULL CHECK (status IN ('STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS')),
    client_request_id TEXT,
    request_preview TEXT,
    response_preview TEXT,
    trace_name TEXT,
    session_id TEXT,
    input_tokens INTEGER,
    output_tokens INTEGER,
    total_tokens INTEGER,
    cache_read_input_tokens INTEGER,
    cache_creation_input_tokens INTEGER,
    cache_creation_input_tokens_above_1hr INTEGER,
    input_cost REAL,
    output_cost REAL,
    total_cost REAL
) STRICT;

CREATE TABLE trace_assessment (
    assessment_id TEXT PRIMARY KEY NOT NULL CHECK (assessment_id <> ''),
    trace_id TEXT NOT NULL REFERENCES trace (trace_id),
    name TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('feedback', 'expectation', 'issue')),
    value TEXT NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT,
    run_id TEXT,
    span_id TEXT,
    rationale TEXT,
    overrides TEXT,
    valid INTEGER NOT NULL CHECK (valid IN (0, 1)),
    metadata TEXT,
    aggregate_value REAL,
    is_numeric INTEGER NOT NULL CHECK (is_numeric IN (0, 1))
) STRICT;

CREATE TABLE trace_link (
    trace_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('run', 'prompt')),
    target TEXT NOT NULL,
    PRIMARY KEY (trace_id, kind, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE trace_metadata (
    trace_id TEXT NOT NULL REFERENCES trace (trace_id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (trace_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE trace_span (
    trace_id TEXT NOT NULL REFERENCES trace (trace_id),
    span_id TEXT NOT NULL,
    experiment_id INTEGER NOT NULL,
    parent_span_id TEXT,
    name TEXT NOT NULL,
    type TEXT,
    status TEXT NOT NULL,
    start_time_unix_nano INTEGER NOT NULL,
    end_time_unix_nano INTEGER,
    input_cost REAL,
    output_cost REAL,
    total_cost REAL,
    model_name TEXT,
    model_provider TEXT,
    content TEXT NOT NULL,
    PRIMARY KEY (trace_id, span_id)
) STRICT;

CREATE TABLE trace_tag (
    trace_id TEXT NOT NULL REFERENCES trace (trace_id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (trace_id, key)
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

CREATE TABLE webhook_event (
    webhook_id TEXT NOT NULL REFERENCES webhook (webhook_id) ON DELETE CASCADE,
    entity TEXT NOT NULL,
    action TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (webhook_id, entity, action)
) STRICT, WITHOUT ROWID;

CREATE INDEX access_token_expiry ON access_token (expires_at);

CREATE INDEX access_token_name ON access_token (name);

CREATE INDEX artifact_by_digest ON artifact (digest);

CREATE INDEX artifact_upload_by_expiry ON artifact_upload (expires_at);

CREATE INDEX dataset_shard_digest ON dataset_shard (digest);

CREATE INDEX dataset_version_tree ON dataset_version (tree);

CREATE UNIQUE INDEX drift_alert_open ON drift_alert (endpoint, model, version) WHERE resolved_at IS NULL;

CREATE INDEX drift_alert_recent ON drift_alert (at);

CREATE INDEX drift_trigger_firing_recent ON drift_trigger_firing (trigger_name, at);

CREATE INDEX endpoint_by_version ON endpoint (model, version);

CREATE INDEX evaluation_dataset_by_name ON evaluation_dataset (name, dataset_id DESC);

CREATE INDEX evaluation_dataset_by_time ON evaluation_dataset (created_time DESC, dataset_id DESC);

CREATE INDEX evaluation_dataset_experiment_by_experiment
    ON evaluation_dataset_experiment (experiment_id, dataset_id);

CREATE INDEX evaluation_dataset_tag_by_value ON evaluation_dataset_tag (key, value);

CREATE INDEX gateway_binding_by_resource ON gateway_binding (resource_type, resource_id);

CREATE INDEX gateway_guardrail_by_scorer ON gateway_guardrail (scorer_id, scorer_version);

CREATE INDEX gateway_mapping_by_model ON gateway_mapping (model_definition_id);

CREATE INDEX gateway_model_by_secret ON gateway_model (secret_id);

CREATE INDEX journal_entry_kind ON journal_entry (kind, sequence);

CREATE INDEX journal_entry_subject ON journal_entry (subject, sequence);

CREATE INDEX label_schema_by_time ON label_schema (experiment_id, created_time DESC, schema_id);

CREATE INDEX logged_model_by_run ON logged_model (source_run_id);

CREATE INDEX logged_model_by_time ON logged_model (experiment_id, lifecycle_stage, creation_time DESC);

CREATE INDEX model_attestation_by_version ON model_attestation (model, version, made_at);

CREATE INDEX model_deployment_by_version ON model_deployment (model, version);

CREATE UNIQUE INDEX model_version_by_package ON model_version (model, package_digest)
    WHERE package_digest IS NOT NULL AND stage <> 'Deleted_Internal';

CREATE INDEX model_version_by_run ON model_version (run_id);

CREATE INDEX model_version_by_update ON model_version (last_update_time);

CREATE INDEX model_version_tag_by_key ON model_version_tag (key, model);

CREATE INDEX monitor_window_recent ON monitor_window (endpoint, kind, started_at);

CREATE INDEX pipeline_backfill_active ON pipeline_backfill (id) WHERE state = 'running';

CREATE INDEX pipeline_output_by_digest ON pipeline_output (digest);

CREATE INDEX pipeline_run_active ON pipeline_run (id) WHERE state = 'running';

CREATE UNIQUE INDEX pipeline_run_by_external_id ON pipeline_run (pipeline, engine, external_id)
    WHERE external_id IS NOT NULL;

CREATE INDEX pipeline_run_by_logical_time ON pipeline_run (pipeline, schedule, logical_time)
    WHERE logical_time IS NOT NULL;

CREATE INDEX pipeline_run_by_pipeline ON pipeline_run (pipeline, id);

CREATE INDEX pipeline_task_by_identity ON pipeline_task (identity);

CREATE INDEX pipeline_task_of_parent ON pipeline_task (run_id, parent, map_index, state)
    WHERE parent IS NOT NULL;

CREATE INDEX pipeline_task_of_run ON pipeline_task (run_id, position) WHERE parent IS NULL;

CREATE INDEX quality_issue_by_run ON quality_issue (source_run_id);

CREATE INDEX quality_issue_by_severity
    ON quality_issue (experiment_id, severity DESC, created_time DESC, issue_id DESC);

CREATE INDEX registered_model_alias_by_version ON registered_model_alias (model, version);

CREATE INDEX registered_model_by_update ON registered_model (last_update_time);

CREATE INDEX review_queue_by_time ON review_queue (experiment_id, created_time DESC, queue_id);

CREATE INDEX review_queue_item_by_item ON review_queue_item (item_id);

CREATE INDEX review_queue_item_by_time ON review_queue_item (queue_id, created_time DESC, item_id);

CREATE INDEX review_queue_user_by_user ON review_queue_user (user_id, queue_id);

CREATE INDEX run_dataset_input_by_dataset ON run_dataset_input (dataset_key);

CREATE INDEX run_latest_metric_by_experiment ON run_latest_metric (experiment_id, key, is_nan, value);

CREATE INDEX run_param_by_value ON run_param (key, value);

CREATE INDEX run_tag_by_value ON run_tag (key, value);

CREATE INDEX trace_assessment_by_name ON trace_assessment (name, type);

CREATE INDEX trace_assessment_by_trace ON trace_assessment (trace_id, created_at);

CREATE INDEX trace_by_session ON trace (session_id);

CREATE INDEX trace_by_time ON trace (experiment_id, timestamp_ms DESC, trace_id);

CREATE INDEX trace_link_by_target ON trace_link (kind, target);

CREATE INDEX tracking_run_by_time ON tracking_run (experiment_id, lifecycle_stage, start_time DESC, run_id);

CREATE INDEX webhook_delivery_by_time ON webhook_delivery (next_attempt);

CREATE INDEX webhook_event_by_kind ON webhook_event (entity, action);
