import Crypto
import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Verification of the journal")
struct JournalVerifyTests {
    private let folder: TemporaryFolder
    private let signer: CheckpointSigner

    init() throws {
        folder = try TemporaryFolder()
        let key = Curve25519.Signing.PrivateKey()
        signer = CheckpointSigner(name: "aku/test", publicKey: key.publicKey.rawRepresentation) {
            try key.signature(for: $0)
        }
    }

    @Test func `An honest journal with checkpoints has no finding`() async throws {
        let database = try await made(entries: 600, checkpointsAt: [100, 300, 600])
        let result = try await verify(database)
        #expect(result.entries == 600)
        #expect(result.checkpoints == 6)
        #expect(result.findings == [])
        #expect(result.root == (try await Journal(database: database).root(at: 600)))
    }

    @Test func `One flipped byte in the file names exactly its entry`() async throws {
        let path = folder.path("aku.sqlite")
        do { _ = try await made(entries: 300, checkpointsAt: [300]) }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let marker = try #require(bytes.range(of: Data("\"number\":\"entry-137.\"".utf8)))
        bytes[marker.upperBound - 3] = UInt8(ascii: "8")
        try bytes.write(to: URL(fileURLWithPath: path))
        let result = try await verify(SQLiteDatabase.open(path: path))
        #expect(result.findings.map(\.kind) == [.entryChanged])
        #expect(result.findings.map(\.sequence) == [137])
    }

    @Test(arguments: ["kind", "subject", "actor", "body"])
    func `A changed column names exactly its entry`(column: String) async throws {
        let database = try await made(entries: 40, checkpointsAt: [40])
        try await change(database, "UPDATE journal_entry SET \(column) = '\"forged\"' WHERE sequence = 17")
        #expect(try await verify(database).findings.map(\.sequence) == [17])
    }

    @Test func `A changed leaf hash names exactly its entry`() async throws {
        let database = try await made(entries: 40, checkpointsAt: [40])
        try await change(database, "UPDATE journal_entry SET leaf_hash = zeroblob(32) WHERE sequence = 9")
        #expect(try await verify(database).findings.map(\.sequence) == [9])
    }

    @Test func `A missing record is named`() async throws {
        let database = try await made(entries: 40, checkpointsAt: [40])
        try await change(database, "DELETE FROM journal_entry WHERE sequence = 12")
        let findings = try await verify(database).findings
        #expect(findings.first?.kind == .entryMissing)
        #expect(findings.first?.sequence == 12)
    }

    @Test func `A tail that was cut off, its traces removed from every table, is found through the checkpoint file`()
        async throws
    {
        let database = try await made(entries: 40, checkpointsAt: [10, 40])
        let old = try await Journal(database: database).root(at: 10)
        try await change(database, "DELETE FROM journal_entry WHERE sequence > 10")
        try await change(database, "DELETE FROM journal_checkpoint WHERE size > 10")
        var frontier = MerkleFrontier()
        for entry in try await Journal(database: database).entries(after: 0, limit: 10) {
            frontier.append(entry.leafHash)
        }
        #expect(frontier.root == old)
        let roots = Data(frontier.roots.flatMap(\.bytes))
        _ = try await database.write { try $0.execute("UPDATE journal_end SET size = 10, roots = ?", [.blob(roots)]) }
        let findings = try await verify(database).findings
        #expect(findings.map(\.kind) == [.truncated])
        #expect(findings.map(\.checkpoint) == [40])
        #expect(findings.map(\.sequence) == [11])
    }

    @Test func `A rewrite that recomputes every hash contradicts the signed checkpoint`() async throws {
        let database = try await made(entries: 40, checkpointsAt: [20])
        let rows = try await database.read { try $0.query("SELECT * FROM journal_entry ORDER BY sequence") }
        var frontier = MerkleFrontier()
        for row in rows {
            let old = try JournalLeaf(row)
            let forged = old.sequence == 5
            let leaf = JournalLeaf(
                sequence: old.sequence,
                at: old.at,
                kind: old.kind,
                subject: old.subject,
                actor: forged ? "nobody" : old.actor,
                body: old.body
            )
            frontier.append(leaf.hash)
            let hash = Data(leaf.hash.bytes)
            _ = try await database.write { transaction in
                try transaction.execute(
                    "UPDATE journal_entry SET actor = ?, leaf_hash = ? WHERE sequence = ?",
                    [.text(leaf.actor), .blob(hash), .integer(leaf.sequence)]
                )
            }
        }
        let roots = Data(frontier.roots.flatMap(\.bytes))
        _ = try await database.write { try $0.execute("UPDATE journal_end SET roots = ?", [.blob(roots)]) }
        let findings = try await verify(database).findings
        #expect(findings.map(\.kind) == [.checkpointBad])
        #expect(findings.map(\.checkpoint) == [20])
    }

    @Test func `A checkpoint whose signature or note was changed is named`() async throws {
        let database = try await made(entries: 40, checkpointsAt: [20, 40])
        try await change(
            database,
            "UPDATE journal_checkpoint SET note = replace(note, 'aku/test', 'aku/tost') WHERE size = 20"
        )
        let findings = try await verify(database).findings
        #expect(findings.map(\.kind) == [.checkpointBad])
        #expect(findings.map(\.checkpoint) == [20])
    }

    @Test func `A changed tile is a finding`() async throws {
        let database = try await made(entries: 300, checkpointsAt: [300])
        try await change(database, "UPDATE journal_tile SET hash = zeroblob(32)")
        #expect(try await verify(database).findings.map(\.kind) == [.treeChanged])
    }

    @Test func `A checkpoint is a signed note that only its key opens`() throws {
        let root = MerkleHash.leaf([1])
        let checkpoint = try signer.checkpoint(size: 7, root: root, at: TestClock.epoch)
        let lines = checkpoint.note.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.prefix(4) == ["aku/test", "7", Data(root.bytes).base64EncodedString()[...], ""])
        #expect(lines[4].hasPrefix("\u{2014} aku/test "))
        #expect(signer.verifier.open(checkpoint.note)?.size == 7)
        #expect(signer.verifier.open(checkpoint.note.replacing("\n7\n", with: "\n8\n")) == nil)
        let other = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation
        #expect(CheckpointVerifier(name: "aku/test", publicKey: other).open(checkpoint.note) == nil)
    }

    @Test func `A checkpoint is written only when the journal grew`() async throws {
        let database = try await made(entries: 3, checkpointsAt: [3])
        #expect(try await log(database).write() == nil)
        #expect(try await log(database).uncovered() == 0)
        try await JournalTests.append(["more.one"], to: database)
        #expect(try await log(database).uncovered() == 1)
        #expect(try await log(database).write()?.size == 4)
        #expect(try await log(database).latest()?.size == 4)
    }

    private func made(entries: Int, checkpointsAt sizes: [Int]) async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase.open(path: folder.path("aku.sqlite"), time: TestClock.fixed)
        var written = 0
        for size in sizes + [entries] where size > written {
            let range = written + 1...size
            try await database.write { transaction in
                for number in range {
                    let body: JSONValue = ["number": .string("entry-\(number).")]
                    try transaction.record(
                        JournalEvent(kind: "test.event", subject: "entry/\(number)", actor: "test", body: body)
                    )
                }
            }
            written = size
            if sizes.contains(size) { try await log(database).write() }
        }
        return database
    }

    private func log(_ database: SQLiteDatabase) -> CheckpointLog {
        CheckpointLog(database: database, signer: signer, file: folder.path("checkpoints.txt"), time: TestClock.fixed)
    }

    private func verify(_ database: SQLiteDatabase) async throws -> JournalVerification {
        let file = folder.path("checkpoints.txt")
        return try await Journal(database: database).verify(verifiers: [signer.verifier], checkpointFile: file)
    }

    private func change(_ database: SQLiteDatabase, _ sql: String) async throws {
        #expect(try await database.write { try $0.execute(sql) } > 0)
    }
}
