extension Migration {
    /// Predictions, monitoring windows and states, drift alerts and triggers.
    package static let monitoring = Migration(
        8,
        "monitoring",
        """
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
        CREATE INDEX monitor_window_recent ON monitor_window (endpoint, kind, started_at);
        CREATE TABLE monitor_state (
            endpoint TEXT NOT NULL PRIMARY KEY,
            model TEXT NOT NULL,
            version INTEGER NOT NULL CHECK (version >= 0),
            covered INTEGER NOT NULL CHECK (covered >= 0),
            updated_at INTEGER NOT NULL,
            state TEXT NOT NULL
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
        CREATE UNIQUE INDEX drift_alert_open ON drift_alert (endpoint, model, version) WHERE resolved_at IS NULL;
        CREATE INDEX drift_alert_recent ON drift_alert (at);
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
        CREATE INDEX drift_trigger_firing_recent ON drift_trigger_firing (trigger_name, at);
        """
    )
}
