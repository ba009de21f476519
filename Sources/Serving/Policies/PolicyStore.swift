import Primitives
import Storage

/// One version of an endpoint's policy. Versions never change; going back to one adds another.
package struct StoredPolicy: Sendable, Hashable {
    /// The endpoint.
    package let endpoint: String
    /// From 1.
    package let version: Int
    /// The YAML document, as it was sent.
    package let document: String
    /// The version that this one went back to; nil for a new document.
    package let restores: Int?
    /// When it was applied.
    package let appliedAt: Timestamp
    /// Who applied it.
    package let appliedBy: String
}

/// How far a canary is, across restarts.
struct StoredCanary: Sendable, Hashable {
    let policyVersion: Int
    let step: Int
    let phase: CanaryMachine.Phase
    let reason: String
}

/// Policies in the database.
package struct PolicyStore: Sendable {
    /// The most versions that `history` gives.
    package static let maximumHistory = 200

    private let database: any Database

    /// Wraps the database.
    package init(database: any Database) {
        self.database = database
    }

    /// The policy that stands; nil without one.
    package func latest(_ endpoint: String) async throws -> StoredPolicy? {
        try await history(endpoint, limit: 1).first
    }

    /// One version.
    ///
    /// - Throws: `unknown_policy_version`.
    package func policy(_ endpoint: String, version: Int) async throws -> StoredPolicy {
        let row = try await database.read { reader in
            try reader.first(
                "SELECT * FROM endpoint_policy WHERE endpoint = ? AND version = ?",
                [.text(endpoint), .integer(Int64(version))]
            )
        }
        guard let row else {
            throw PlatformError(
                .unknownPolicyVersion,
                "The policy of '\(endpoint)' has no version \(version).",
                nextStep: "See: aku endpoints history \(endpoint)."
            )
        }
        return try StoredPolicy(row)
    }

    /// The newest versions, newest first.
    package func history(_ endpoint: String, limit: Int = maximumHistory) async throws -> [StoredPolicy] {
        try await database.read { reader in
            try reader.query(
                "SELECT * FROM endpoint_policy WHERE endpoint = ? ORDER BY version DESC LIMIT ?",
                [.text(endpoint), .integer(Int64(limit))]
            ).map(StoredPolicy.init)
        }
    }

    /// Adds a version, with the event that says so. A canary that goes on keeps its step, another begins at the first.
    func add(_ policy: StoredPolicy, keepsCanary: Bool, event: JournalEvent) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO endpoint_policy (endpoint, version, document, restores, applied_at, applied_by)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(policy.endpoint), .integer(Int64(policy.version)), .text(policy.document),
                    policy.restores.map { .integer(Int64($0)) } ?? .null, .time(policy.appliedAt),
                    .text(policy.appliedBy),
                ]
            )
            if keepsCanary {
                try transaction.execute(
                    "UPDATE endpoint_canary SET policy_version = ? WHERE endpoint = ?",
                    [.integer(Int64(policy.version)), .text(policy.endpoint)]
                )
            } else {
                try transaction.execute("DELETE FROM endpoint_canary WHERE endpoint = ?", [.text(policy.endpoint)])
            }
            try transaction.record(event)
        }
    }

    /// How far the canary of a policy is; nil while it is in its first step.
    func canary(_ endpoint: String) async throws -> StoredCanary? {
        try await database.read { reader in
            try reader.first("SELECT * FROM endpoint_canary WHERE endpoint = ?", [.text(endpoint)]).map { row in
                StoredCanary(
                    policyVersion: Int(try row.integer("policy_version")),
                    step: Int(try row.integer("step")),
                    phase: CanaryMachine.Phase(rawValue: try row.text("phase")) ?? .rolledBack,
                    reason: try row.text("reason")
                )
            }
        }
    }

    /// Keeps how far a canary is, with the event that says so.
    func save(_ canary: StoredCanary, of endpoint: String, at now: Timestamp, event: JournalEvent) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO endpoint_canary (endpoint, policy_version, step, phase, reason, changed_at)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (endpoint) DO UPDATE SET policy_version = excluded.policy_version, step = excluded.step,
                    phase = excluded.phase, reason = excluded.reason, changed_at = excluded.changed_at
                """,
                [
                    .text(endpoint), .integer(Int64(canary.policyVersion)), .integer(Int64(canary.step)),
                    .text(canary.phase.rawValue), .text(canary.reason), .time(now),
                ]
            )
            try transaction.record(event)
        }
    }

    /// Keeps which version answered before the present one.
    func save(lastGood good: LoadedTarget, of endpoint: String) async throws {
        try await database.write { transaction in
            _ = try transaction.execute(
                """
                INSERT INTO endpoint_last_good (endpoint, model, version, variant) VALUES (?, ?, ?, ?)
                ON CONFLICT (endpoint) DO UPDATE SET model = excluded.model, version = excluded.version,
                    variant = excluded.variant
                """,
                [.text(endpoint), .text(good.model), .integer(Int64(good.version)), .text(good.served.variant)]
            )
        }
    }

    /// Which version answered before the present one; nil when there was none.
    func lastGood(_ endpoint: String) async throws -> EndpointPolicy.Target? {
        try await database.read { reader in
            try reader.first("SELECT * FROM endpoint_last_good WHERE endpoint = ?", [.text(endpoint)]).map { row in
                EndpointPolicy.Target(
                    reference: .version(model: try row.text("model"), version: Int(try row.integer("version"))),
                    variant: try row.text("variant")
                )
            }
        }
    }
}

extension StoredPolicy {
    fileprivate init(_ row: SQLRow) throws {
        self.init(
            endpoint: try row.text("endpoint"),
            version: Int(try row.integer("version")),
            document: try row.text("document"),
            restores: try row.optionalInteger("restores").map { Int($0) },
            appliedAt: try row.time("applied_at"),
            appliedBy: try row.text("applied_by")
        )
    }
}
