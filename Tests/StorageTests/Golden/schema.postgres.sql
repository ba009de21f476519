CREATE TABLE access_token (
    id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    name text COLLATE "C" NOT NULL,
    roles text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    CHECK ((id <> ''::text)),
    CHECK ((length(hash) = 32)),
    CHECK ((name <> ''::text)),
    CHECK ((roles <> ''::text)),
    PRIMARY KEY (id),
    UNIQUE (hash)
);

CREATE TABLE artifact (
    path text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    created_at bigint NOT NULL,
    CHECK ((path <> ''::text)),
    CHECK ((size >= 0)),
    PRIMARY KEY (path)
);

CREATE TABLE artifact_upload (
    upload_id text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL,
    parts bigint NOT NULL,
    remote_id text COLLATE "C",
    actor text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    CHECK (((parts >= 1) AND (parts <= 10000))),
    CHECK ((expires_at > created_at)),
    CHECK ((path <> ''::text)),
    CHECK ((upload_id <> ''::text)),
    PRIMARY KEY (upload_id)
);

CREATE TABLE artifact_upload_part (
    upload_id text COLLATE "C" NOT NULL,
    part bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    CHECK (((part >= 1) AND (part <= 10000))),
    CHECK ((size >= 0)),
    FOREIGN KEY (upload_id) REFERENCES artifact_upload(upload_id) ON DELETE CASCADE,
    PRIMARY KEY (upload_id, part)
);

CREATE TABLE console_view (
    name text COLLATE "C" NOT NULL,
    query text COLLATE "C" NOT NULL,
    saved_at bigint NOT NULL,
    saved_by text COLLATE "C" NOT NULL,
    CHECK ((name <> ''::text)),
    PRIMARY KEY (name)
);

CREATE TABLE dataset (
    name text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    CHECK (((length(name) >= 1) AND (length(name) <= 128))),
    PRIMARY KEY (name)
);

CREATE TABLE dataset_shard (
    dataset text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    path text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    row_count bigint NOT NULL,
    byte_count bigint NOT NULL,
    language text COLLATE "C" NOT NULL,
    CHECK ((byte_count >= 0)),
    CHECK ((length(digest) = 71)),
    CHECK ((row_count >= 0)),
    FOREIGN KEY (dataset, number) REFERENCES dataset_version(dataset, number),
    PRIMARY KEY (dataset, number, path)
);

CREATE TABLE dataset_version (
    dataset text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    tree text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    licence text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    schema text COLLATE "C" NOT NULL,
    tags text COLLATE "C" NOT NULL,
    provenance text COLLATE "C" NOT NULL,
    row_count bigint NOT NULL,
    byte_count bigint NOT NULL,
    parent_dataset text COLLATE "C",
    parent_number bigint,
    CHECK (((parent_dataset IS NULL) = (parent_number IS NULL))),
    CHECK ((byte_count >= 0)),
    CHECK ((length(licence) > 0)),
    CHECK ((length(tree) = 71)),
    CHECK ((number >= 1)),
    CHECK ((row_count >= 0)),
    FOREIGN KEY (dataset) REFERENCES dataset(name),
    FOREIGN KEY (parent_dataset, parent_number) REFERENCES dataset_version(dataset, number),
    PRIMARY KEY (dataset, number),
    UNIQUE (dataset, tree)
);

CREATE TABLE drift_alert (
    id text COLLATE "C" NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    at bigint NOT NULL,
    requests bigint NOT NULL,
    evidence double precision NOT NULL,
    threshold double precision NOT NULL,
    leading text COLLATE "C" NOT NULL,
    journal_sequence bigint NOT NULL,
    resolved_at bigint,
    resolution text COLLATE "C",
    CHECK (((resolved_at IS NULL) = (resolution IS NULL))),
    CHECK ((journal_sequence > 0)),
    CHECK ((requests > 0)),
    CHECK ((version >= 0)),
    PRIMARY KEY (id)
);

CREATE TABLE drift_trigger (
    name text COLLATE "C" NOT NULL,
    definition text COLLATE "C" NOT NULL,
    applied_at bigint NOT NULL,
    applied_by text COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE drift_trigger_cursor (
    consumer text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    CHECK ((sequence >= 0)),
    PRIMARY KEY (consumer)
);

CREATE TABLE drift_trigger_firing (
    idempotency_key text COLLATE "C" NOT NULL,
    trigger_name text COLLATE "C" NOT NULL,
    journal_sequence bigint NOT NULL,
    at bigint NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    run text COLLATE "C",
    CHECK (((outcome = 'fired'::text) = (run IS NOT NULL))),
    CHECK ((journal_sequence > 0)),
    CHECK ((outcome = ANY (ARRAY['fired'::text, 'suppressed'::text]))),
    FOREIGN KEY (trigger_name) REFERENCES drift_trigger(name),
    PRIMARY KEY (idempotency_key)
);

CREATE TABLE endpoint (
    name text COLLATE "C" NOT NULL,
    reference text COLLATE "C" NOT NULL,
    wanted_variant text COLLATE "C",
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    variant text COLLATE "C" NOT NULL,
    package_digest text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    since bigint NOT NULL,
    deployed_by text COLLATE "C" NOT NULL,
    CHECK ((model <> ''::text)),
    CHECK ((name <> ''::text)),
    CHECK ((reference <> ''::text)),
    CHECK ((since >= created_at)),
    CHECK ((variant <> ''::text)),
    CHECK ((version > 0)),
    PRIMARY KEY (name)
);

CREATE TABLE endpoint_canary (
    endpoint text COLLATE "C" NOT NULL,
    policy_version bigint NOT NULL,
    step bigint NOT NULL,
    phase text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    changed_at bigint NOT NULL,
    CHECK ((phase = ANY (ARRAY['running'::text, 'promoting'::text, 'promoted'::text, 'held'::text, 'rolled_back'::text]))),
    CHECK ((policy_version > 0)),
    CHECK ((step >= 0)),
    FOREIGN KEY (endpoint) REFERENCES endpoint(name) ON DELETE CASCADE,
    PRIMARY KEY (endpoint)
);

CREATE TABLE endpoint_last_good (
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    variant text COLLATE "C" NOT NULL,
    CHECK ((model <> ''::text)),
    CHECK ((variant <> ''::text)),
    CHECK ((version > 0)),
    FOREIGN KEY (endpoint) REFERENCES endpoint(name) ON DELETE CASCADE,
    PRIMARY KEY (endpoint)
);

CREATE TABLE endpoint_policy (
    endpoint text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    document text COLLATE "C" NOT NULL,
    restores bigint,
    applied_at bigint NOT NULL,
    applied_by text COLLATE "C" NOT NULL,
    CHECK ((document <> ''::text)),
    CHECK ((restores > 0)),
    CHECK ((version > 0)),
    FOREIGN KEY (endpoint) REFERENCES endpoint(name) ON DELETE CASCADE,
    PRIMARY KEY (endpoint, version)
);

CREATE TABLE evaluation_dataset (
    dataset_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    schema_json text COLLATE "C",
    digest text COLLATE "C" NOT NULL,
    record_count bigint NOT NULL,
    next_position bigint NOT NULL,
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    created_by text COLLATE "C",
    last_updated_by text COLLATE "C",
    CHECK ((name <> ''::text)),
    CHECK ((record_count >= 0)),
    PRIMARY KEY (dataset_id)
);

CREATE TABLE evaluation_dataset_experiment (
    dataset_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    FOREIGN KEY (dataset_id) REFERENCES evaluation_dataset(dataset_id) ON DELETE CASCADE,
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    PRIMARY KEY (dataset_id, experiment_id)
);

CREATE TABLE evaluation_dataset_tag (
    dataset_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (dataset_id) REFERENCES evaluation_dataset(dataset_id) ON DELETE CASCADE,
    PRIMARY KEY (dataset_id, key)
);

CREATE TABLE evaluation_record (
    record_id text COLLATE "C" NOT NULL,
    dataset_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    input_hash text COLLATE "C" NOT NULL,
    inputs text COLLATE "C" NOT NULL,
    outputs text COLLATE "C",
    expectations text COLLATE "C",
    tags text COLLATE "C" NOT NULL,
    source text COLLATE "C",
    source_id text COLLATE "C",
    source_type text COLLATE "C",
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    created_by text COLLATE "C",
    last_updated_by text COLLATE "C",
    FOREIGN KEY (dataset_id) REFERENCES evaluation_dataset(dataset_id) ON DELETE CASCADE,
    PRIMARY KEY (record_id),
    UNIQUE (dataset_id, "position"),
    UNIQUE (dataset_id, input_hash)
);

CREATE TABLE experiment (
    experiment_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name text COLLATE "C" NOT NULL,
    artifact_location text COLLATE "C" NOT NULL,
    lifecycle_stage text COLLATE "C" NOT NULL,
    creation_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    CHECK ((lifecycle_stage = ANY (ARRAY['active'::text, 'deleted'::text]))),
    CHECK ((name <> ''::text)),
    PRIMARY KEY (experiment_id),
    UNIQUE (name)
);

CREATE TABLE experiment_tag (
    experiment_id bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id),
    PRIMARY KEY (experiment_id, key)
);

CREATE TABLE gateway_binding (
    endpoint_id text COLLATE "C" NOT NULL,
    resource_type text COLLATE "C" NOT NULL,
    resource_id text COLLATE "C" NOT NULL,
    display_name text COLLATE "C",
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    FOREIGN KEY (endpoint_id) REFERENCES gateway_endpoint(endpoint_id) ON DELETE CASCADE,
    PRIMARY KEY (endpoint_id, resource_type, resource_id)
);

CREATE TABLE gateway_budget (
    budget_policy_id text COLLATE "C" NOT NULL,
    budget_unit text COLLATE "C" NOT NULL,
    budget_amount double precision NOT NULL,
    duration_unit text COLLATE "C" NOT NULL,
    duration_value bigint NOT NULL,
    target_scope text COLLATE "C" NOT NULL,
    budget_action text COLLATE "C" NOT NULL,
    target_value text COLLATE "C",
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    PRIMARY KEY (budget_policy_id)
);

CREATE TABLE gateway_endpoint (
    endpoint_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    routing_strategy text COLLATE "C",
    has_fallback bigint NOT NULL,
    fallback_strategy text COLLATE "C",
    fallback_attempts bigint,
    experiment_id bigint,
    usage_tracking bigint NOT NULL,
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    CHECK ((has_fallback = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((name <> ''::text)),
    CHECK ((usage_tracking = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE SET NULL,
    PRIMARY KEY (endpoint_id),
    UNIQUE (name)
);

CREATE TABLE gateway_endpoint_tag (
    endpoint_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (endpoint_id) REFERENCES gateway_endpoint(endpoint_id) ON DELETE CASCADE,
    PRIMARY KEY (endpoint_id, key)
);

CREATE TABLE gateway_guardrail (
    guardrail_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    scorer_id text COLLATE "C" NOT NULL,
    scorer_version bigint NOT NULL,
    stage text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    action_endpoint_id text COLLATE "C",
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    CHECK ((action = ANY (ARRAY['VALIDATION'::text, 'SANITIZATION'::text]))),
    CHECK ((stage = ANY (ARRAY['BEFORE'::text, 'AFTER'::text]))),
    FOREIGN KEY (action_endpoint_id) REFERENCES gateway_endpoint(endpoint_id) ON DELETE SET NULL,
    FOREIGN KEY (scorer_id, scorer_version) REFERENCES scorer_version(scorer_id, version) ON DELETE CASCADE,
    PRIMARY KEY (guardrail_id)
);

CREATE TABLE gateway_guardrail_config (
    endpoint_id text COLLATE "C" NOT NULL,
    guardrail_id text COLLATE "C" NOT NULL,
    execution_order bigint,
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    FOREIGN KEY (endpoint_id) REFERENCES gateway_endpoint(endpoint_id) ON DELETE CASCADE,
    FOREIGN KEY (guardrail_id) REFERENCES gateway_guardrail(guardrail_id) ON DELETE CASCADE,
    PRIMARY KEY (endpoint_id, guardrail_id)
);

CREATE TABLE gateway_mapping (
    mapping_id text COLLATE "C" NOT NULL,
    endpoint_id text COLLATE "C" NOT NULL,
    model_definition_id text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    weight double precision NOT NULL,
    linkage_type text COLLATE "C" NOT NULL,
    fallback_order bigint,
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    CHECK ((linkage_type = ANY (ARRAY['PRIMARY'::text, 'FALLBACK'::text]))),
    FOREIGN KEY (endpoint_id) REFERENCES gateway_endpoint(endpoint_id) ON DELETE CASCADE,
    FOREIGN KEY (model_definition_id) REFERENCES gateway_model(model_definition_id),
    PRIMARY KEY (mapping_id),
    UNIQUE (endpoint_id, model_definition_id, linkage_type)
);

CREATE TABLE gateway_model (
    model_definition_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    secret_id text COLLATE "C",
    provider text COLLATE "C" NOT NULL,
    model_name text COLLATE "C" NOT NULL,
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    CHECK ((name <> ''::text)),
    FOREIGN KEY (secret_id) REFERENCES gateway_secret(secret_id) ON DELETE SET NULL,
    PRIMARY KEY (model_definition_id),
    UNIQUE (name)
);

CREATE TABLE gateway_secret (
    secret_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    sealed bytea NOT NULL,
    masked text COLLATE "C" NOT NULL,
    provider text COLLATE "C",
    auth_config text COLLATE "C",
    created_by text COLLATE "C",
    created_at bigint NOT NULL,
    last_updated_by text COLLATE "C",
    last_updated_at bigint NOT NULL,
    CHECK ((name <> ''::text)),
    PRIMARY KEY (secret_id),
    UNIQUE (name)
);

CREATE TABLE journal_checkpoint (
    size bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    root bytea NOT NULL,
    at bigint NOT NULL,
    key_id text COLLATE "C" NOT NULL,
    note text COLLATE "C" NOT NULL,
    CHECK ((key_id <> ''::text)),
    CHECK ((length(root) = 32)),
    CHECK ((note <> ''::text)),
    CHECK ((size >= 0)),
    PRIMARY KEY (size)
);

CREATE TABLE journal_end (
    id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    size bigint NOT NULL,
    roots bytea NOT NULL,
    CHECK (((length(roots) % 32) = 0)),
    CHECK ((id = 1)),
    CHECK ((size > 0)),
    PRIMARY KEY (id)
);

CREATE TABLE journal_entry (
    sequence bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    at bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    body text COLLATE "C" NOT NULL,
    leaf_hash bytea NOT NULL,
    CHECK ((actor <> ''::text)),
    CHECK ((kind <> ''::text)),
    CHECK ((length(leaf_hash) = 32)),
    CHECK ((sequence > 0)),
    CHECK ((subject <> ''::text)),
    PRIMARY KEY (sequence)
);

CREATE TABLE journal_tile (
    level bigint NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL,
    CHECK (("position" >= 0)),
    CHECK ((length(hash) = 32)),
    CHECK ((level > 0)),
    PRIMARY KEY (level, "position")
);

CREATE TABLE label_schema (
    schema_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    instruction text COLLATE "C",
    enable_comment bigint NOT NULL,
    input text COLLATE "C" NOT NULL,
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    is_default bigint NOT NULL,
    CHECK ((enable_comment = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((is_default = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((kind = ANY (ARRAY['FEEDBACK'::text, 'EXPECTATION'::text]))),
    CHECK ((name <> ''::text)),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    PRIMARY KEY (schema_id),
    UNIQUE (experiment_id, name)
);

CREATE TABLE logged_model (
    model_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    artifact_location text COLLATE "C" NOT NULL,
    creation_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    lifecycle_stage text COLLATE "C" NOT NULL,
    model_type text COLLATE "C",
    source_run_id text COLLATE "C",
    CHECK ((lifecycle_stage = ANY (ARRAY['active'::text, 'deleted'::text]))),
    CHECK ((status = ANY (ARRAY['LOGGED_MODEL_STATUS_UNSPECIFIED'::text, 'LOGGED_MODEL_PENDING'::text, 'LOGGED_MODEL_READY'::text, 'LOGGED_MODEL_UPLOAD_FAILED'::text]))),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id),
    PRIMARY KEY (model_id)
);

CREATE TABLE logged_model_metric (
    model_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    timestamp bigint NOT NULL,
    step bigint NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    value double precision NOT NULL,
    is_nan bigint NOT NULL,
    dataset_name text COLLATE "C",
    dataset_digest text COLLATE "C",
    CHECK ((is_nan = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (model_id) REFERENCES logged_model(model_id),
    PRIMARY KEY (model_id, key, "timestamp", step, run_id)
);

CREATE TABLE logged_model_param (
    model_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (model_id) REFERENCES logged_model(model_id),
    PRIMARY KEY (model_id, key)
);

CREATE TABLE logged_model_tag (
    model_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (model_id) REFERENCES logged_model(model_id),
    PRIMARY KEY (model_id, key)
);

CREATE TABLE model_attestation (
    attestation_id text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    passed bigint NOT NULL,
    reasons text COLLATE "C" NOT NULL,
    details text COLLATE "C" NOT NULL,
    made_by text COLLATE "C" NOT NULL,
    made_at bigint NOT NULL,
    CHECK ((kind <> ''::text)),
    CHECK ((passed = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (attestation_id)
);

CREATE TABLE model_deployment (
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    since bigint NOT NULL,
    deployed_by text COLLATE "C" NOT NULL,
    CHECK ((endpoint <> ''::text)),
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (endpoint)
);

CREATE TABLE model_gate (
    model text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    requires text COLLATE "C" NOT NULL,
    set_by text COLLATE "C" NOT NULL,
    set_at bigint NOT NULL,
    CHECK ((target <> ''::text)),
    FOREIGN KEY (model) REFERENCES registered_model(name) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, target)
);

CREATE TABLE model_version (
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    description text COLLATE "C",
    source text COLLATE "C" NOT NULL,
    storage_location text COLLATE "C" NOT NULL,
    run_id text COLLATE "C",
    run_link text COLLATE "C",
    model_id text COLLATE "C",
    stage text COLLATE "C" NOT NULL,
    creation_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    package_digest text COLLATE "C",
    manifest_digest text COLLATE "C",
    signature text COLLATE "C",
    key_id text COLLATE "C",
    pipeline_run text COLLATE "C",
    pipeline_task text COLLATE "C",
    CHECK (((manifest_digest IS NULL) = (signature IS NULL))),
    CHECK (((package_digest IS NULL) = (manifest_digest IS NULL))),
    CHECK ((stage = ANY (ARRAY['None'::text, 'Staging'::text, 'Production'::text, 'Archived'::text, 'Deleted_Internal'::text]))),
    CHECK ((version > 0)),
    FOREIGN KEY (model) REFERENCES registered_model(name) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, version)
);

CREATE TABLE model_version_content (
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    tree_digest text COLLATE "C" NOT NULL,
    files bigint NOT NULL,
    bytes bigint NOT NULL,
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, version)
);

CREATE TABLE model_version_tag (
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, version, key)
);

CREATE TABLE monitor_state (
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    covered bigint NOT NULL,
    updated_at bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    CHECK ((covered >= 0)),
    CHECK ((version >= 0)),
    PRIMARY KEY (endpoint)
);

CREATE TABLE monitor_window (
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    ordinal bigint NOT NULL,
    started_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    content text COLLATE "C" NOT NULL,
    CHECK (((errors >= 0) AND (errors <= requests))),
    CHECK ((kind = ANY (ARRAY['minute'::text, 'count'::text]))),
    CHECK ((ordinal >= 0)),
    CHECK ((requests >= 0)),
    CHECK ((version >= 0)),
    PRIMARY KEY (endpoint, model, version, kind, ordinal)
);

CREATE TABLE object_collection (
    id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    holder text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    CHECK ((holder <> ''::text)),
    CHECK ((id = 1)),
    PRIMARY KEY (id)
);

CREATE TABLE online_scoring_config (
    scorer_id text COLLATE "C" NOT NULL,
    config_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    sample_rate double precision NOT NULL,
    filter_string text COLLATE "C",
    CHECK (((sample_rate >= (0)::double precision) AND (sample_rate <= (1)::double precision))),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    FOREIGN KEY (scorer_id) REFERENCES scorer(scorer_id) ON DELETE CASCADE,
    PRIMARY KEY (scorer_id),
    UNIQUE (config_id)
);

CREATE TABLE pipeline (
    name text COLLATE "C" NOT NULL,
    latest_version bigint NOT NULL,
    description text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    CHECK (((length(name) >= 1) AND (length(name) <= 128))),
    CHECK ((latest_version >= 1)),
    PRIMARY KEY (name)
);

CREATE TABLE pipeline_attempt (
    run_id text COLLATE "C" NOT NULL,
    task text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL,
    executor text COLLATE "C" NOT NULL,
    handle text COLLATE "C" NOT NULL,
    submitted_at bigint NOT NULL,
    outcome text COLLATE "C",
    ended_at bigint,
    CHECK (((outcome IS NULL) = (ended_at IS NULL))),
    CHECK ((attempt >= 1)),
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task(run_id, task),
    PRIMARY KEY (run_id, task, attempt)
);

CREATE TABLE pipeline_backfill (
    id text COLLATE "C" NOT NULL,
    pipeline text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    schedule text COLLATE "C" NOT NULL,
    parameters text COLLATE "C" NOT NULL,
    parallel bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    CHECK (((parallel >= 1) AND (parallel <= 64))),
    CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CHECK ((state = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
    FOREIGN KEY (pipeline, version) REFERENCES pipeline_version(pipeline, version),
    PRIMARY KEY (id)
);

CREATE TABLE pipeline_backfill_run (
    backfill_id text COLLATE "C" NOT NULL,
    logical_time bigint NOT NULL,
    run_id text COLLATE "C",
    FOREIGN KEY (backfill_id) REFERENCES pipeline_backfill(id),
    FOREIGN KEY (run_id) REFERENCES pipeline_run(id),
    PRIMARY KEY (backfill_id, logical_time)
);

CREATE TABLE pipeline_cache (
    identity text COLLATE "C" NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    task text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task(run_id, task),
    PRIMARY KEY (identity)
);

CREATE TABLE pipeline_engine (
    id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    epoch bigint NOT NULL,
    step bigint NOT NULL,
    CHECK ((epoch > 0)),
    CHECK ((id = 1)),
    PRIMARY KEY (id)
);

CREATE TABLE pipeline_output (
    run_id text COLLATE "C" NOT NULL,
    task text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    bytes bigint NOT NULL,
    CHECK ((bytes >= 0)),
    CHECK ((kind = ANY (ARRAY['file'::text, 'tree'::text]))),
    FOREIGN KEY (run_id, task) REFERENCES pipeline_task(run_id, task),
    PRIMARY KEY (run_id, task, name)
);

CREATE TABLE pipeline_pool (
    name text COLLATE "C" NOT NULL,
    slots bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    changed_at bigint NOT NULL,
    CHECK (((length(name) >= 1) AND (length(name) <= 128))),
    CHECK (((slots >= 0) AND (slots <= 1000))),
    PRIMARY KEY (name)
);

CREATE TABLE pipeline_run (
    id text COLLATE "C" NOT NULL,
    pipeline text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    parameters text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    idempotency_key text COLLATE "C",
    use_cache bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    cancel_actor text COLLATE "C",
    created_at bigint NOT NULL,
    finished_at bigint,
    engine text COLLATE "C" NOT NULL DEFAULT 'aku'::text,
    external_id text COLLATE "C",
    schedule text COLLATE "C",
    logical_time bigint,
    backfill_id text COLLATE "C",
    rerun_of text COLLATE "C",
    fresh_tasks text COLLATE "C",
    failure_code text COLLATE "C",
    CHECK (((length(engine) >= 1) AND (length(engine) <= 32))),
    CHECK (((state = 'running'::text) = (finished_at IS NULL))),
    CHECK ((state = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text]))),
    CHECK ((use_cache = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (pipeline, version) REFERENCES pipeline_version(pipeline, version),
    PRIMARY KEY (id),
    UNIQUE (pipeline, idempotency_key)
);

CREATE TABLE pipeline_schedule (
    pipeline text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    rule text COLLATE "C" NOT NULL,
    decided_through bigint NOT NULL,
    paused_by text COLLATE "C",
    FOREIGN KEY (pipeline) REFERENCES pipeline(name),
    PRIMARY KEY (pipeline, name)
);

CREATE TABLE pipeline_schedule_run (
    pipeline text COLLATE "C" NOT NULL,
    schedule text COLLATE "C" NOT NULL,
    logical_time bigint NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    FOREIGN KEY (run_id) REFERENCES pipeline_run(id),
    PRIMARY KEY (pipeline, schedule, logical_time)
);

CREATE TABLE pipeline_task (
    run_id text COLLATE "C" NOT NULL,
    task text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    attempt bigint NOT NULL DEFAULT 0,
    losses bigint NOT NULL DEFAULT 0,
    retry_at bigint,
    identity text COLLATE "C",
    components text COLLATE "C",
    cached_from text COLLATE "C",
    started_at bigint,
    finished_at bigint,
    error_code text COLLATE "C",
    error_message text COLLATE "C",
    next_step text COLLATE "C",
    heartbeat_at bigint,
    skip_reason text COLLATE "C",
    excused bigint NOT NULL DEFAULT 0,
    parent text COLLATE "C",
    map_index bigint,
    map_size bigint,
    pool text COLLATE "C",
    cpu_ms bigint,
    peak_memory_bytes bigint,
    CHECK (((state <> ALL (ARRAY['succeeded'::text, 'cached'::text, 'running'::text])) OR (identity IS NOT NULL))),
    CHECK (((state = 'retrying'::text) = (retry_at IS NOT NULL))),
    CHECK ((attempt >= 0)),
    CHECK ((cpu_ms >= 0)),
    CHECK ((excused = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((losses >= 0)),
    CHECK ((peak_memory_bytes >= 0)),
    CHECK ((state = ANY (ARRAY['waiting'::text, 'ready'::text, 'running'::text, 'succeeded'::text, 'cached'::text, 'failed'::text, 'retrying'::text, 'skipped'::text, 'cancelled'::text]))),
    FOREIGN KEY (run_id) REFERENCES pipeline_run(id),
    PRIMARY KEY (run_id, task)
);

CREATE TABLE pipeline_version (
    pipeline text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    digest text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    actor text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL,
    CHECK ((version >= 1)),
    FOREIGN KEY (pipeline) REFERENCES pipeline(name),
    PRIMARY KEY (pipeline, version)
);

CREATE TABLE prediction (
    sequence bigint NOT NULL,
    id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    endpoint text COLLATE "C" NOT NULL,
    model text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    variant text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    score double precision NOT NULL,
    second_score double precision NOT NULL,
    token_count bigint NOT NULL,
    unknown_share double precision NOT NULL,
    character_count bigint NOT NULL,
    latency_us bigint NOT NULL,
    error_code text COLLATE "C",
    arm text COLLATE "C",
    CHECK ((sequence > 0)),
    CHECK ((version >= 0)),
    PRIMARY KEY (sequence),
    UNIQUE (id)
);

CREATE TABLE quality_issue (
    issue_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    description text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    severity bigint NOT NULL,
    root_causes text COLLATE "C" NOT NULL,
    categories text COLLATE "C" NOT NULL,
    source_run_id text COLLATE "C",
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    created_by text COLLATE "C",
    CHECK (((severity >= '-1'::integer) AND (severity <= 3))),
    CHECK ((status = ANY (ARRAY['pending'::text, 'rejected'::text, 'resolved'::text]))),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    FOREIGN KEY (source_run_id) REFERENCES tracking_run(run_id) ON DELETE SET NULL,
    PRIMARY KEY (issue_id)
);

CREATE TABLE registered_model (
    name text COLLATE "C" NOT NULL,
    description text COLLATE "C",
    creation_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    CHECK ((name <> ''::text)),
    PRIMARY KEY (name)
);

CREATE TABLE registered_model_alias (
    model text COLLATE "C" NOT NULL,
    alias text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    moved_at bigint NOT NULL,
    moved_by text COLLATE "C" NOT NULL,
    CHECK ((alias <> ''::text)),
    FOREIGN KEY (model, version) REFERENCES model_version(model, version) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, alias)
);

CREATE TABLE registered_model_tag (
    model text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (model) REFERENCES registered_model(name) ON UPDATE CASCADE ON DELETE CASCADE,
    PRIMARY KEY (model, key)
);

CREATE TABLE review_queue (
    queue_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    created_by text COLLATE "C",
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    CHECK ((kind = ANY (ARRAY['USER'::text, 'CUSTOM'::text]))),
    CHECK ((name <> ''::text)),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id),
    UNIQUE (experiment_id, name_key)
);

CREATE TABLE review_queue_item (
    queue_id text COLLATE "C" NOT NULL,
    item_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    completed_by text COLLATE "C",
    completed_time bigint,
    created_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    CHECK ((status = ANY (ARRAY['PENDING'::text, 'COMPLETE'::text, 'DECLINED'::text]))),
    FOREIGN KEY (item_id) REFERENCES trace(trace_id) ON DELETE CASCADE,
    FOREIGN KEY (queue_id) REFERENCES review_queue(queue_id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id, item_id)
);

CREATE TABLE review_queue_schema (
    queue_id text COLLATE "C" NOT NULL,
    schema_id text COLLATE "C" NOT NULL,
    FOREIGN KEY (queue_id) REFERENCES review_queue(queue_id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id, schema_id)
);

CREATE TABLE review_queue_user (
    queue_id text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    CHECK ((user_id <> ''::text)),
    FOREIGN KEY (queue_id) REFERENCES review_queue(queue_id) ON DELETE CASCADE,
    PRIMARY KEY (queue_id, user_id)
);

CREATE TABLE run_dataset (
    dataset_key bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    source_type text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    schema text COLLATE "C",
    profile text COLLATE "C",
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id),
    PRIMARY KEY (dataset_key),
    UNIQUE (experiment_id, name, digest)
);

CREATE TABLE run_dataset_input (
    run_key bigint NOT NULL,
    dataset_key bigint NOT NULL,
    tags text COLLATE "C" NOT NULL,
    context text COLLATE "C",
    FOREIGN KEY (dataset_key) REFERENCES run_dataset(dataset_key),
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, dataset_key)
);

CREATE TABLE run_latest_metric (
    run_key bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value double precision NOT NULL,
    is_nan bigint NOT NULL,
    timestamp bigint NOT NULL,
    step bigint NOT NULL,
    experiment_id bigint NOT NULL DEFAULT 0,
    in_order bigint NOT NULL DEFAULT 0,
    CHECK ((in_order = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((is_nan = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, key)
);

CREATE TABLE run_metric (
    run_key bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    timestamp bigint NOT NULL,
    step bigint NOT NULL,
    value double precision NOT NULL,
    is_nan bigint NOT NULL,
    CHECK ((is_nan = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, key, "timestamp", step, value, is_nan)
);

CREATE TABLE run_metric_arrival (
    sequence bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    run_key bigint NOT NULL,
    points bytea NOT NULL,
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (sequence)
);

CREATE TABLE run_model_link (
    run_key bigint NOT NULL,
    direction text COLLATE "C" NOT NULL,
    model_id text COLLATE "C" NOT NULL,
    step bigint NOT NULL,
    CHECK ((direction = ANY (ARRAY['input'::text, 'output'::text]))),
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, direction, model_id, step)
);

CREATE TABLE run_param (
    run_key bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, key)
);

CREATE TABLE run_tag (
    run_key bigint NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (run_key) REFERENCES tracking_run(run_key),
    PRIMARY KEY (run_key, key)
);

CREATE TABLE schema_migration (
    number bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    name text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    applied_at bigint NOT NULL,
    PRIMARY KEY (number)
);

CREATE TABLE scorer (
    scorer_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id) ON DELETE CASCADE,
    PRIMARY KEY (scorer_id),
    UNIQUE (experiment_id, name)
);

CREATE TABLE scorer_version (
    scorer_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    serialized text COLLATE "C" NOT NULL,
    creation_time bigint NOT NULL,
    CHECK ((version > 0)),
    FOREIGN KEY (scorer_id) REFERENCES scorer(scorer_id) ON DELETE CASCADE,
    PRIMARY KEY (scorer_id, version)
);

CREATE TABLE trace (
    trace_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    timestamp_ms bigint NOT NULL,
    execution_time_ms bigint,
    status text COLLATE "C" NOT NULL,
    client_request_id text COLLATE "C",
    request_preview text COLLATE "C",
    response_preview text COLLATE "C",
    trace_name text COLLATE "C",
    session_id text COLLATE "C",
    input_tokens bigint,
    output_tokens bigint,
    total_tokens bigint,
    cache_read_input_tokens bigint,
    cache_creation_input_tokens bigint,
    cache_creation_input_tokens_above_1hr bigint,
    input_cost double precision,
    output_cost double precision,
    total_cost double precision,
    CHECK ((status = ANY (ARRAY['STATE_UNSPECIFIED'::text, 'OK'::text, 'ERROR'::text, 'IN_PROGRESS'::text]))),
    CHECK ((trace_id <> ''::text)),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id),
    PRIMARY KEY (trace_id)
);

CREATE TABLE trace_assessment (
    assessment_id text COLLATE "C" NOT NULL,
    trace_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    type text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    error text COLLATE "C",
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    source_type text COLLATE "C" NOT NULL,
    source_id text COLLATE "C",
    run_id text COLLATE "C",
    span_id text COLLATE "C",
    rationale text COLLATE "C",
    overrides text COLLATE "C",
    valid bigint NOT NULL,
    metadata text COLLATE "C",
    aggregate_value double precision,
    is_numeric bigint NOT NULL,
    CHECK ((assessment_id <> ''::text)),
    CHECK ((is_numeric = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    CHECK ((type = ANY (ARRAY['feedback'::text, 'expectation'::text, 'issue'::text]))),
    CHECK ((valid = ANY (ARRAY[(0)::bigint, (1)::bigint]))),
    FOREIGN KEY (trace_id) REFERENCES trace(trace_id),
    PRIMARY KEY (assessment_id)
);

CREATE TABLE trace_link (
    trace_id text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    CHECK ((kind = ANY (ARRAY['run'::text, 'prompt'::text]))),
    PRIMARY KEY (trace_id, kind, target)
);

CREATE TABLE trace_metadata (
    trace_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (trace_id) REFERENCES trace(trace_id),
    PRIMARY KEY (trace_id, key)
);

CREATE TABLE trace_span (
    trace_id text COLLATE "C" NOT NULL,
    span_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    parent_span_id text COLLATE "C",
    name text COLLATE "C" NOT NULL,
    type text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    start_time_unix_nano bigint NOT NULL,
    end_time_unix_nano bigint,
    input_cost double precision,
    output_cost double precision,
    total_cost double precision,
    model_name text COLLATE "C",
    model_provider text COLLATE "C",
    content text COLLATE "C" NOT NULL,
    FOREIGN KEY (trace_id) REFERENCES trace(trace_id),
    PRIMARY KEY (trace_id, span_id)
);

CREATE TABLE trace_tag (
    trace_id text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    FOREIGN KEY (trace_id) REFERENCES trace(trace_id),
    PRIMARY KEY (trace_id, key)
);

CREATE TABLE tracking_run (
    run_key bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    run_id text COLLATE "C" NOT NULL,
    experiment_id bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    start_time bigint NOT NULL,
    end_time bigint,
    artifact_uri text COLLATE "C" NOT NULL,
    lifecycle_stage text COLLATE "C" NOT NULL,
    deleted_time bigint,
    CHECK ((lifecycle_stage = ANY (ARRAY['active'::text, 'deleted'::text]))),
    CHECK ((run_id <> ''::text)),
    CHECK ((status = ANY (ARRAY['RUNNING'::text, 'SCHEDULED'::text, 'FINISHED'::text, 'FAILED'::text, 'KILLED'::text]))),
    FOREIGN KEY (experiment_id) REFERENCES experiment(experiment_id),
    PRIMARY KEY (run_key),
    UNIQUE (run_id)
);

CREATE TABLE webhook (
    webhook_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    description text COLLATE "C",
    secret bytea,
    status text COLLATE "C" NOT NULL,
    creation_time bigint NOT NULL,
    last_update_time bigint NOT NULL,
    created_sequence bigint NOT NULL,
    since_sequence bigint NOT NULL,
    CHECK ((name <> ''::text)),
    CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'DISABLED'::text]))),
    CHECK ((url <> ''::text)),
    PRIMARY KEY (webhook_id),
    UNIQUE (created_sequence)
);

CREATE TABLE webhook_cursor (
    name text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE webhook_delivery (
    delivery_id text COLLATE "C" NOT NULL,
    webhook_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    entity text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    data text COLLATE "C" NOT NULL,
    occurred_at bigint NOT NULL,
    attempts bigint NOT NULL,
    next_attempt bigint NOT NULL,
    FOREIGN KEY (webhook_id) REFERENCES webhook(webhook_id) ON DELETE CASCADE,
    PRIMARY KEY (delivery_id),
    UNIQUE (webhook_id, sequence)
);

CREATE TABLE webhook_event (
    webhook_id text COLLATE "C" NOT NULL,
    entity text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    FOREIGN KEY (webhook_id) REFERENCES webhook(webhook_id) ON DELETE CASCADE,
    PRIMARY KEY (webhook_id, entity, action)
);

CREATE INDEX access_token_expiry ON access_token USING btree (expires_at);
CREATE UNIQUE INDEX access_token_hash_key ON access_token USING btree (hash);
CREATE INDEX access_token_name ON access_token USING btree (name);
CREATE UNIQUE INDEX access_token_pkey ON access_token USING btree (id);
CREATE INDEX artifact_by_digest ON artifact USING btree (digest);
CREATE UNIQUE INDEX artifact_pkey ON artifact USING btree (path);
CREATE INDEX artifact_upload_by_expiry ON artifact_upload USING btree (expires_at);
CREATE UNIQUE INDEX artifact_upload_pkey ON artifact_upload USING btree (upload_id);
CREATE UNIQUE INDEX artifact_upload_part_pkey ON artifact_upload_part USING btree (upload_id, part);
CREATE UNIQUE INDEX console_view_pkey ON console_view USING btree (name);
CREATE UNIQUE INDEX dataset_pkey ON dataset USING btree (name);
CREATE INDEX dataset_shard_digest ON dataset_shard USING btree (digest);
CREATE UNIQUE INDEX dataset_shard_pkey ON dataset_shard USING btree (dataset, number, path);
CREATE UNIQUE INDEX dataset_version_dataset_tree_key ON dataset_version USING btree (dataset, tree);
CREATE UNIQUE INDEX dataset_version_pkey ON dataset_version USING btree (dataset, number);
CREATE INDEX dataset_version_tree ON dataset_version USING btree (tree);
CREATE UNIQUE INDEX drift_alert_open ON drift_alert USING btree (endpoint, model, version) WHERE (resolved_at IS NULL);
CREATE UNIQUE INDEX drift_alert_pkey ON drift_alert USING btree (id);
CREATE INDEX drift_alert_recent ON drift_alert USING btree (at);
CREATE UNIQUE INDEX drift_trigger_pkey ON drift_trigger USING btree (name);
CREATE UNIQUE INDEX drift_trigger_cursor_pkey ON drift_trigger_cursor USING btree (consumer);
CREATE UNIQUE INDEX drift_trigger_firing_pkey ON drift_trigger_firing USING btree (idempotency_key);
CREATE INDEX drift_trigger_firing_recent ON drift_trigger_firing USING btree (trigger_name, at);
CREATE INDEX endpoint_by_version ON endpoint USING btree (model, version);
CREATE UNIQUE INDEX endpoint_pkey ON endpoint USING btree (name);
CREATE UNIQUE INDEX endpoint_canary_pkey ON endpoint_canary USING btree (endpoint);
CREATE UNIQUE INDEX endpoint_last_good_pkey ON endpoint_last_good USING btree (endpoint);
CREATE UNIQUE INDEX endpoint_policy_pkey ON endpoint_policy USING btree (endpoint, version);
CREATE INDEX evaluation_dataset_by_name ON evaluation_dataset USING btree (name, dataset_id DESC);
CREATE INDEX evaluation_dataset_by_time ON evaluation_dataset USING btree (created_time DESC, dataset_id DESC);
CREATE UNIQUE INDEX evaluation_dataset_pkey ON evaluation_dataset USING btree (dataset_id);
CREATE INDEX evaluation_dataset_experiment_by_experiment ON evaluation_dataset_experiment USING btree (experiment_id, dataset_id);
CREATE UNIQUE INDEX evaluation_dataset_experiment_pkey ON evaluation_dataset_experiment USING btree (dataset_id, experiment_id);
CREATE INDEX evaluation_dataset_tag_by_value ON evaluation_dataset_tag USING btree (key, "left"(value, 256));
CREATE UNIQUE INDEX evaluation_dataset_tag_pkey ON evaluation_dataset_tag USING btree (dataset_id, key);
CREATE UNIQUE INDEX evaluation_record_dataset_id_input_hash_key ON evaluation_record USING btree (dataset_id, input_hash);
CREATE UNIQUE INDEX evaluation_record_dataset_id_position_key ON evaluation_record USING btree (dataset_id, "position");
CREATE UNIQUE INDEX evaluation_record_pkey ON evaluation_record USING btree (record_id);
CREATE UNIQUE INDEX experiment_name_key ON experiment USING btree (name);
CREATE UNIQUE INDEX experiment_pkey ON experiment USING btree (experiment_id);
CREATE UNIQUE INDEX experiment_tag_pkey ON experiment_tag USING btree (experiment_id, key);
CREATE INDEX gateway_binding_by_resource ON gateway_binding USING btree (resource_type, resource_id);
CREATE UNIQUE INDEX gateway_binding_pkey ON gateway_binding USING btree (endpoint_id, resource_type, resource_id);
CREATE UNIQUE INDEX gateway_budget_pkey ON gateway_budget USING btree (budget_policy_id);
CREATE UNIQUE INDEX gateway_endpoint_name_key ON gateway_endpoint USING btree (name);
CREATE UNIQUE INDEX gateway_endpoint_pkey ON gateway_endpoint USING btree (endpoint_id);
CREATE UNIQUE INDEX gateway_endpoint_tag_pkey ON gateway_endpoint_tag USING btree (endpoint_id, key);
CREATE INDEX gateway_guardrail_by_scorer ON gateway_guardrail USING btree (scorer_id, scorer_version);
CREATE UNIQUE INDEX gateway_guardrail_pkey ON gateway_guardrail USING btree (guardrail_id);
CREATE UNIQUE INDEX gateway_guardrail_config_pkey ON gateway_guardrail_config USING btree (endpoint_id, guardrail_id);
CREATE INDEX gateway_mapping_by_model ON gateway_mapping USING btree (model_definition_id);
CREATE UNIQUE INDEX gateway_mapping_endpoint_id_model_definition_id_linkage_typ_key ON gateway_mapping USING btree (endpoint_id, model_definition_id, linkage_type);
CREATE UNIQUE INDEX gateway_mapping_pkey ON gateway_mapping USING btree (mapping_id);
CREATE INDEX gateway_model_by_secret ON gateway_model USING btree (secret_id);
CREATE UNIQUE INDEX gateway_model_name_key ON gateway_model USING btree (name);
CREATE UNIQUE INDEX gateway_model_pkey ON gateway_model USING btree (model_definition_id);
CREATE UNIQUE INDEX gateway_secret_name_key ON gateway_secret USING btree (name);
CREATE UNIQUE INDEX gateway_secret_pkey ON gateway_secret USING btree (secret_id);
CREATE UNIQUE INDEX journal_checkpoint_pkey ON journal_checkpoint USING btree (size);
CREATE UNIQUE INDEX journal_end_pkey ON journal_end USING btree (id);
CREATE INDEX journal_entry_kind ON journal_entry USING btree (kind, sequence);
CREATE UNIQUE INDEX journal_entry_pkey ON journal_entry USING btree (sequence);
CREATE INDEX journal_entry_subject ON journal_entry USING btree (subject, sequence);
CREATE UNIQUE INDEX journal_tile_pkey ON journal_tile USING btree (level, "position");
CREATE INDEX label_schema_by_time ON label_schema USING btree (experiment_id, created_time DESC, schema_id);
CREATE UNIQUE INDEX label_schema_experiment_id_name_key ON label_schema USING btree (experiment_id, name);
CREATE UNIQUE INDEX label_schema_pkey ON label_schema USING btree (schema_id);
CREATE INDEX logged_model_by_run ON logged_model USING btree (source_run_id);
CREATE INDEX logged_model_by_time ON logged_model USING btree (experiment_id, lifecycle_stage, creation_time DESC);
CREATE UNIQUE INDEX logged_model_pkey ON logged_model USING btree (model_id);
CREATE UNIQUE INDEX logged_model_metric_pkey ON logged_model_metric USING btree (model_id, key, "timestamp", step, run_id);
CREATE UNIQUE INDEX logged_model_param_pkey ON logged_model_param USING btree (model_id, key);
CREATE UNIQUE INDEX logged_model_tag_pkey ON logged_model_tag USING btree (model_id, key);
CREATE INDEX model_attestation_by_version ON model_attestation USING btree (model, version, made_at);
CREATE UNIQUE INDEX model_attestation_pkey ON model_attestation USING btree (attestation_id);
CREATE INDEX model_deployment_by_version ON model_deployment USING btree (model, version);
CREATE UNIQUE INDEX model_deployment_pkey ON model_deployment USING btree (endpoint);
CREATE UNIQUE INDEX model_gate_pkey ON model_gate USING btree (model, target);
CREATE UNIQUE INDEX model_version_by_package ON model_version USING btree (model, package_digest) WHERE ((package_digest IS NOT NULL) AND (stage <> 'Deleted_Internal'::text));
CREATE INDEX model_version_by_run ON model_version USING btree (run_id);
CREATE INDEX model_version_by_update ON model_version USING btree (last_update_time);
CREATE UNIQUE INDEX model_version_pkey ON model_version USING btree (model, version);
CREATE UNIQUE INDEX model_version_content_pkey ON model_version_content USING btree (model, version);
CREATE INDEX model_version_tag_by_key ON model_version_tag USING btree (key, model);
CREATE UNIQUE INDEX model_version_tag_pkey ON model_version_tag USING btree (model, version, key);
CREATE UNIQUE INDEX monitor_state_pkey ON monitor_state USING btree (endpoint);
CREATE UNIQUE INDEX monitor_window_pkey ON monitor_window USING btree (endpoint, model, version, kind, ordinal);
CREATE INDEX monitor_window_recent ON monitor_window USING btree (endpoint, kind, started_at);
CREATE UNIQUE INDEX object_collection_pkey ON object_collection USING btree (id);
CREATE UNIQUE INDEX online_scoring_config_config_id_key ON online_scoring_config USING btree (config_id);
CREATE UNIQUE INDEX online_scoring_config_pkey ON online_scoring_config USING btree (scorer_id);
CREATE UNIQUE INDEX pipeline_pkey ON pipeline USING btree (name);
CREATE UNIQUE INDEX pipeline_attempt_pkey ON pipeline_attempt USING btree (run_id, task, attempt);
CREATE INDEX pipeline_backfill_active ON pipeline_backfill USING btree (id) WHERE (state = 'running'::text);
CREATE UNIQUE INDEX pipeline_backfill_pkey ON pipeline_backfill USING btree (id);
CREATE UNIQUE INDEX pipeline_backfill_run_pkey ON pipeline_backfill_run USING btree (backfill_id, logical_time);
CREATE UNIQUE INDEX pipeline_cache_pkey ON pipeline_cache USING btree (identity);
CREATE UNIQUE INDEX pipeline_engine_pkey ON pipeline_engine USING btree (id);
CREATE INDEX pipeline_output_by_digest ON pipeline_output USING btree (digest);
CREATE UNIQUE INDEX pipeline_output_pkey ON pipeline_output USING btree (run_id, task, name);
CREATE UNIQUE INDEX pipeline_pool_pkey ON pipeline_pool USING btree (name);
CREATE INDEX pipeline_run_active ON pipeline_run USING btree (id) WHERE (state = 'running'::text);
CREATE UNIQUE INDEX pipeline_run_by_external_id ON pipeline_run USING btree (pipeline, engine, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX pipeline_run_by_logical_time ON pipeline_run USING btree (pipeline, schedule, logical_time) WHERE (logical_time IS NOT NULL);
CREATE INDEX pipeline_run_by_pipeline ON pipeline_run USING btree (pipeline, id);
CREATE UNIQUE INDEX pipeline_run_pipeline_idempotency_key_key ON pipeline_run USING btree (pipeline, idempotency_key);
CREATE UNIQUE INDEX pipeline_run_pkey ON pipeline_run USING btree (id);
CREATE UNIQUE INDEX pipeline_schedule_pkey ON pipeline_schedule USING btree (pipeline, name);
CREATE UNIQUE INDEX pipeline_schedule_run_pkey ON pipeline_schedule_run USING btree (pipeline, schedule, logical_time);
CREATE INDEX pipeline_task_by_identity ON pipeline_task USING btree (identity);
CREATE INDEX pipeline_task_of_parent ON pipeline_task USING btree (run_id, parent, map_index, state) WHERE (parent IS NOT NULL);
CREATE INDEX pipeline_task_of_run ON pipeline_task USING btree (run_id, "position") WHERE (parent IS NULL);
CREATE UNIQUE INDEX pipeline_task_pkey ON pipeline_task USING btree (run_id, task);
CREATE UNIQUE INDEX pipeline_version_pkey ON pipeline_version USING btree (pipeline, version);
CREATE UNIQUE INDEX prediction_id_key ON prediction USING btree (id);
CREATE UNIQUE INDEX prediction_pkey ON prediction USING btree (sequence);
CREATE INDEX quality_issue_by_run ON quality_issue USING btree (source_run_id);
CREATE INDEX quality_issue_by_severity ON quality_issue USING btree (experiment_id, severity DESC, created_time DESC, issue_id DESC);
CREATE UNIQUE INDEX quality_issue_pkey ON quality_issue USING btree (issue_id);
CREATE INDEX registered_model_by_update ON registered_model USING btree (last_update_time);
CREATE UNIQUE INDEX registered_model_pkey ON registered_model USING btree (name);
CREATE INDEX registered_model_alias_by_version ON registered_model_alias USING btree (model, version);
CREATE UNIQUE INDEX registered_model_alias_pkey ON registered_model_alias USING btree (model, alias);
CREATE UNIQUE INDEX registered_model_tag_pkey ON registered_model_tag USING btree (model, key);
CREATE INDEX review_queue_by_time ON review_queue USING btree (experiment_id, created_time DESC, queue_id);
CREATE UNIQUE INDEX review_queue_experiment_id_name_key_key ON review_queue USING btree (experiment_id, name_key);
CREATE UNIQUE INDEX review_queue_pkey ON review_queue USING btree (queue_id);
CREATE INDEX review_queue_item_by_item ON review_queue_item USING btree (item_id);
CREATE INDEX review_queue_item_by_time ON review_queue_item USING btree (queue_id, created_time DESC, item_id);
CREATE UNIQUE INDEX review_queue_item_pkey ON review_queue_item USING btree (queue_id, item_id);
CREATE UNIQUE INDEX review_queue_schema_pkey ON review_queue_schema USING btree (queue_id, schema_id);
CREATE INDEX review_queue_user_by_user ON review_queue_user USING btree (user_id, queue_id);
CREATE UNIQUE INDEX review_queue_user_pkey ON review_queue_user USING btree (queue_id, user_id);
CREATE UNIQUE INDEX run_dataset_experiment_id_name_digest_key ON run_dataset USING btree (experiment_id, name, digest);
CREATE UNIQUE INDEX run_dataset_pkey ON run_dataset USING btree (dataset_key);
CREATE INDEX run_dataset_input_by_dataset ON run_dataset_input USING btree (dataset_key);
CREATE UNIQUE INDEX run_dataset_input_pkey ON run_dataset_input USING btree (run_key, dataset_key);
CREATE INDEX run_latest_metric_by_experiment ON run_latest_metric USING btree (experiment_id, key, is_nan, value);
CREATE UNIQUE INDEX run_latest_metric_pkey ON run_latest_metric USING btree (run_key, key);
CREATE UNIQUE INDEX run_metric_pkey ON run_metric USING btree (run_key, key, "timestamp", step, value, is_nan);
CREATE UNIQUE INDEX run_metric_arrival_pkey ON run_metric_arrival USING btree (sequence);
CREATE UNIQUE INDEX run_model_link_pkey ON run_model_link USING btree (run_key, direction, model_id, step);
CREATE INDEX run_param_by_value ON run_param USING btree (key, "left"(value, 256));
CREATE UNIQUE INDEX run_param_pkey ON run_param USING btree (run_key, key);
CREATE INDEX run_tag_by_value ON run_tag USING btree (key, "left"(value, 256));
CREATE UNIQUE INDEX run_tag_pkey ON run_tag USING btree (run_key, key);
CREATE UNIQUE INDEX schema_migration_pkey ON schema_migration USING btree (number);
CREATE UNIQUE INDEX scorer_experiment_id_name_key ON scorer USING btree (experiment_id, name);
CREATE UNIQUE INDEX scorer_pkey ON scorer USING btree (scorer_id);
CREATE UNIQUE INDEX scorer_version_pkey ON scorer_version USING btree (scorer_id, version);
CREATE INDEX trace_by_session ON trace USING btree (session_id);
CREATE INDEX trace_by_time ON trace USING btree (experiment_id, timestamp_ms DESC, trace_id);
CREATE UNIQUE INDEX trace_pkey ON trace USING btree (trace_id);
CREATE INDEX trace_assessment_by_name ON trace_assessment USING btree (name, type);
CREATE INDEX trace_assessment_by_trace ON trace_assessment USING btree (trace_id, created_at);
CREATE UNIQUE INDEX trace_assessment_pkey ON trace_assessment USING btree (assessment_id);
CREATE INDEX trace_link_by_target ON trace_link USING btree (kind, target);
CREATE UNIQUE INDEX trace_link_pkey ON trace_link USING btree (trace_id, kind, target);
CREATE UNIQUE INDEX trace_metadata_pkey ON trace_metadata USING btree (trace_id, key);
CREATE UNIQUE INDEX trace_span_pkey ON trace_span USING btree (trace_id, span_id);
CREATE UNIQUE INDEX trace_tag_pkey ON trace_tag USING btree (trace_id, key);
CREATE INDEX tracking_run_by_time ON tracking_run USING btree (experiment_id, lifecycle_stage, start_time DESC, run_id);
CREATE UNIQUE INDEX tracking_run_pkey ON tracking_run USING btree (run_key);
CREATE UNIQUE INDEX tracking_run_run_id_key ON tracking_run USING btree (run_id);
CREATE UNIQUE INDEX webhook_created_sequence_key ON webhook USING btree (created_sequence);
CREATE UNIQUE INDEX webhook_pkey ON webhook USING btree (webhook_id);
CREATE UNIQUE INDEX webhook_cursor_pkey ON webhook_cursor USING btree (name);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery USING btree (next_attempt);
CREATE UNIQUE INDEX webhook_delivery_pkey ON webhook_delivery USING btree (delivery_id);
CREATE UNIQUE INDEX webhook_delivery_webhook_id_sequence_key ON webhook_delivery USING btree (webhook_id, sequence);
CREATE INDEX webhook_event_by_kind ON webhook_event USING btree (entity, action);
CREATE UNIQUE INDEX webhook_event_pkey ON webhook_event USING btree (webhook_id, entity, action);
