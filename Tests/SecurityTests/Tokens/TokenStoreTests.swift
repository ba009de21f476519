import Foundation
import Primitives
import Security
import Storage
import Synchronization
import TestSupport
import Testing

@Suite("Tokens")
struct TokenStoreTests {
    /// A clock that the test moves.
    private final class Clock: Sendable {
        private let now = Mutex(TestClock.epoch)

        var source: TimeSource { TimeSource { self.now.withLock { $0 } } }

        func advance(seconds: Int64) { now.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) } }
    }

    private let clock = Clock()
    private let database: any DatabaseEngine
    private let store: TokenStore
    private let policy: AccessPolicy

    init() throws {
        database = try TestDatabase.make()
        store = TokenStore(database: database, time: clock.source, identifiers: TestIdentifiers.counting())
        policy = .tokens(store)
    }

    @Test func `A token is whoever it was issued to, with the permissions of its roles`() async throws {
        let token = try await store.issue(name: "ines", roles: [.viewer], expires: nil)
        let principal = try await policy.authorize(bearer: token.secret, permission: .journalRead)
        #expect(principal == Principal(name: "ines", permissions: Role.viewer.permissions))
        let failure = await #expect(throws: PlatformError.self) {
            try await policy.authorize(bearer: token.secret, permission: .modelsPromote)
        }
        #expect(failure?.code.name == "permission_denied")
    }

    @Test func `Without a token only open routes answer`() async throws {
        #expect(try await policy.authorize(bearer: nil, permission: .open) == .anonymous)
        let failure = await #expect(throws: PlatformError.self) {
            try await policy.authorize(bearer: nil, permission: .dataRead)
        }
        #expect(failure?.code.name == "unauthenticated")
    }

    @Test(arguments: [
        "", "aku_", "aku_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", String(repeating: "x", count: 10_000),
    ])
    func `An unknown token is refused`(secret: String) async throws {
        _ = try await store.issue(name: "ines", roles: [.admin], expires: nil)
        let failure = await #expect(throws: PlatformError.self) {
            try await policy.authorize(bearer: secret, permission: .dataRead)
        }
        #expect(failure?.code == .tokenInvalid)
    }

    @Test func `A task's token works while the task may run and not after, also when it was seen before`() async throws
    {
        let token = try await store.issueForTask(name: "train-1", seconds: 60)
        #expect(try await policy.authorize(bearer: token.secret, permission: .trackingWrite).name == "train-1")
        clock.advance(seconds: 60)
        let failure = await #expect(throws: PlatformError.self) {
            try await policy.authorize(bearer: token.secret, permission: .trackingWrite)
        }
        #expect(failure?.code == .tokenExpired)
    }

    @Test func `A revoked token stops at once and both changes are in the journal`() async throws {
        let token = try await store.issue(name: "ines", roles: [.operator], expires: nil)
        _ = try await policy.authorize(bearer: token.secret, permission: .dataWrite)
        try await store.revoke(id: token.id, actor: "admin")
        let failure = await #expect(throws: PlatformError.self) {
            try await policy.authorize(bearer: token.secret, permission: .dataWrite)
        }
        #expect(failure?.code == .tokenInvalid)
        let kinds = try await Journal(database: database).entries(after: 0, limit: 10).map(\.event.kind)
        #expect(kinds == ["token.issued", "token.revoked"])
    }

    @Test func `The secret is neither stored nor printed`() async throws {
        let token = try await store.issue(name: "ines", roles: [.admin], expires: nil)
        #expect(!"\(token)".contains(token.secret) && !String(reflecting: token).contains(token.secret))
        var dumped = ""
        dump(token, to: &dumped)
        #expect(!dumped.contains(token.secret))
        let rows = try await database.read { try $0.query("SELECT * FROM access_token") }
        #expect(!"\(rows)".contains(token.secret))
    }

    @Test func `The administrator's token is written once, private, and replaced when the database forgot it`()
        async throws
    {
        let folder = try TemporaryFolder()
        let path = try await store.ensureAdministrator(keys: folder.path)
        let first = try #require(try PrivateFile.read(path))
        try await store.ensureAdministrator(keys: folder.path)
        #expect(try PrivateFile.read(path) == first)
        let secret = String(decoding: first, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try await policy.authorize(bearer: secret, permission: .admin).name == "admin")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        let other = TokenStore(database: try TestDatabase.make(), time: clock.source)
        try await other.ensureAdministrator(keys: folder.path)
        #expect(try PrivateFile.read(path) != first)
    }

    @Test func `Roles grow from viewer to operator to administrator, and a task cannot administer`() {
        #expect(Role.viewer.permissions.isSubset(of: Role.operator.permissions))
        #expect(Role.operator.permissions.isSubset(of: Role.admin.permissions))
        #expect(Role.viewer.permissions.allSatisfy { $0 == .open || $0.rawValue.hasSuffix(".read") })
        #expect(!Role.task.permissions.contains(.admin) && !Role.operator.permissions.contains(.admin))
    }
}
