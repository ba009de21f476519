import Foundation
import Primitives
import Storage

/// Issues, checks and revokes tokens. A checked token is remembered for as long as it is good: the store is the only
/// one that revokes, so what it remembers is never stale.
package struct TokenStore: Sendable {
    /// The longest secret that is looked at, in bytes.
    private static let maximumSecretBytes = 256
    /// Expired tokens are forgotten after a week, in milliseconds.
    private static let keepExpired: Int64 = 7 * 24 * 3600 * 1000

    private let database: any Database
    private let time: TimeSource
    private let identifiers: IdentifierSource
    private let cache = TokenCache()

    /// Keeps tokens in a database.
    package init(database: any Database, time: TimeSource = .system, identifiers: IdentifierSource = .system) {
        self.database = database
        self.time = time
        self.identifiers = identifiers
    }

    /// Makes a token.
    ///
    /// - Parameters:
    ///   - name: whom it is for; the actor in the journal.
    ///   - roles: at least one.
    ///   - expires: when it stops working; nil for never.
    ///   - actor: who asked for it.
    /// - Throws: `invalid_name`, `invalid_argument` without a role.
    package func issue(
        name: String,
        roles: Set<Role>,
        expires: Timestamp?,
        actor: String = "system"
    ) async throws -> IssuedToken {
        try Name.check(name, what: "token")
        guard !roles.isEmpty else {
            throw PlatformError(
                .invalidArgument,
                "A token needs a role.",
                nextStep: Suggestion.phrase(for: "", among: Role.allCases.map(\.rawValue))
            )
        }
        let token = IssuedToken(id: identifiers(), secret: TokenSecret.make(), expires: expires)
        let names = roles.map(\.rawValue).sorted()
        let now = time.now()
        try await database.write { transaction in
            try transaction.execute(
                "DELETE FROM access_token WHERE expires_at < ?",
                [.integer(now.milliseconds - Self.keepExpired)]
            )
            try transaction.execute(
                "INSERT INTO access_token (id, hash, name, roles, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    .text(token.id), .blob(TokenSecret.hash(token.secret)), .text(name),
                    .text(names.joined(separator: ",")),
                    .time(now), .optional(expires),
                ]
            )
            let body: JSONValue = ["name": .string(name), "roles": .array(names.map(JSONValue.string))]
            try transaction.record(
                JournalEvent(kind: "token.issued", subject: "token/\(token.id)", actor: actor, body: body)
            )
        }
        return token
    }

    /// A task's token: role `task`, for as long as the task may run.
    package func issueForTask(name: String, seconds: Int64) async throws -> IssuedToken {
        try await issue(name: name, roles: [.task], expires: time.now().advanced(byMilliseconds: seconds * 1000))
    }

    /// Who a secret belongs to.
    ///
    /// - Throws: `token_invalid`, `token_expired`.
    package func principal(_ secret: String) async throws -> Principal {
        guard secret.utf8.count <= Self.maximumSecretBytes else { throw Self.invalid }
        let hash = TokenSecret.hash(secret)
        let record: TokenRecord
        if let known = cache.find(hash) {
            record = known
        } else {
            record = try await load(hash)
        }
        if let expires = record.expires, expires <= time.now() {
            throw PlatformError(
                .tokenExpired,
                "The token of '\(record.name)' stopped working at \(expires).",
                nextStep: "Ask an administrator for a new one."
            )
        }
        return record.principal
    }

    /// Makes a token useless at once.
    ///
    /// - Throws: `not_found`.
    package func revoke(id: String, actor: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            let changed = try transaction.execute(
                "UPDATE access_token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL",
                [.time(now), .text(id)]
            )
            guard changed == 1 else {
                throw PlatformError(.notFound, "There is no token '\(id)' to revoke.", context: ["token_id": id])
            }
            try transaction.record(JournalEvent(kind: "token.revoked", subject: "token/\(id)", actor: actor))
        }
        cache.clear()
    }

    /// The newest tokens, without their secrets; at most `limit`.
    package func list(limit: Int = 1000) async throws -> [TokenRecord] {
        try await database.read { reader in
            try reader.query(
                "SELECT * FROM access_token ORDER BY created_at DESC, id DESC LIMIT ?",
                [.integer(Int64(limit))]
            ).map(TokenRecord.init)
        }
    }

    private func load(_ hash: Data) async throws -> TokenRecord {
        let generation = cache.generation
        let row = try await database.read { reader in
            try reader.first("SELECT * FROM access_token WHERE hash = ? AND revoked_at IS NULL", [.blob(hash)])
        }
        guard let row, TokenSecret.equal(try row.blob("hash"), hash) else { throw Self.invalid }
        let record = try TokenRecord(row)
        cache.remember(record, for: hash, generation: generation)
        return record
    }

    private static let invalid = PlatformError(
        .tokenInvalid,
        "The token is unknown or was revoked.",
        nextStep: "Check the token, or ask an administrator for a new one."
    )
}
