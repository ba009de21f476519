import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Journal")
struct JournalTests {
    @Test func `A leaf covers the canonical JSON of sequence, time and event`() async throws {
        struct Leaf: Encodable {
            let sequence: Int64
            let at: Timestamp
            let event: JournalEvent
        }
        let event = JournalEvent(
            kind: "run.created",
            subject: "run/a\"b\\c/\u{1}\u{8}\u{C}\n\r\t\u{1F}\u{7F}é😀",
            actor: "an engineer",
            body: ["name": "naïve / \"quoted\"", "share": 0.1, "list": [1, nil, true]]
        )
        let database = try TestDatabase.make()
        let sequence = try await database.write { try $0.record(event) }
        let entry = try #require(try await Journal(database: database).entries(after: 0, limit: 1).first)
        let bytes = try CanonicalJSON.encode(Leaf(sequence: sequence, at: TestClock.epoch, event: event))
        #expect(
            entry
                == JournalEntry(
                    sequence: 1,
                    at: TestClock.epoch,
                    event: event,
                    leafHash: MerkleHash.leaf([UInt8](bytes))
                )
        )
    }

    @Test func `Entries are filtered by prefix of kind and by subject, oldest first; latest is newest first`()
        async throws
    {
        let database = try TestDatabase.make()
        try await Self.append(["run.created", "pipeline.started", "run.finished", "runner.lost"], to: database)
        let journal = Journal(database: database)
        #expect(try await journal.entries(after: 0, limit: 10, kindPrefix: "run.").map(\.sequence) == [1, 3])
        #expect(try await journal.latest(limit: 2, kindPrefix: "run").map(\.sequence) == [4, 3])
        #expect(
            try await journal.entries(after: 1, limit: 10, subject: "thing/pipeline.started").map(\.sequence) == [2]
        )
        #expect(try await journal.entries(after: 2, limit: 1).map(\.sequence) == [3])
    }

    @Test func `A follower sees what was there and then each new entry, in order`() async throws {
        let database = try TestDatabase.make()
        try await Self.append(["a.one", "a.two", "a.three"], to: database)
        let stream = Journal(database: database).follow(after: 1)
        async let seen = Self.take(5, of: stream)
        try await Self.append(["a.four"], to: database)
        try await Self.append(["a.five", "a.six"], to: database)
        #expect(await seen == [2, 3, 4, 5, 6])
    }

    @Test func `An event over the bound is refused and leaves no trace`() async throws {
        let database = try TestDatabase.make()
        let event = JournalEvent(
            kind: "x.big",
            subject: "x/1",
            actor: "t",
            body: ["text": .string(String(repeating: "x", count: 70_000))]
        )
        let failure = await #expect(throws: PlatformError.self) { try await database.write { try $0.record(event) } }
        #expect(failure?.code == .eventTooLarge)
        #expect(try await Journal(database: database).size() == 0)
    }

    @Test func `Stored proofs hold for a journal with tiles`() async throws {
        let database = try TestDatabase.make()
        try await Self.append((0..<700).map { "bulk.event\($0)" }, to: database)
        let journal = Journal(database: database)
        let root = try await journal.root(at: 700)
        #expect(root == (try await database.read { try JournalEnd.load($0).frontier.root }))
        for sequence in [1, 256, 257, 512, 513, 700] as [Int64] {
            let entry = try #require(try await journal.entries(after: sequence - 1, limit: 1).first)
            let proof = try await journal.inclusionProof(of: sequence, in: 700)
            let holds = MerkleProof.holds(
                leaf: entry.leafHash,
                index: sequence - 1,
                size: 700,
                proof: proof,
                root: root
            )
            #expect(holds)
        }
        let old = try await journal.root(at: 300)
        let proof = try await journal.consistencyProof(from: 300, to: 700)
        #expect(MerkleProof.holds(from: old, 300, to: root, 700, proof: proof))
        let failure = await #expect(throws: PlatformError.self) { try await journal.root(at: 701) }
        #expect(failure?.code.name == "journal_size_unknown")
    }

    static func append(_ kinds: [String], to database: any Database) async throws {
        try await database.write { transaction in
            for kind in kinds {
                try transaction.record(JournalEvent(kind: kind, subject: "thing/\(kind)", actor: "test"))
            }
        }
    }

    private static func take(_ count: Int, of stream: AsyncStream<JournalEntry>) async -> [Int64] {
        var seen: [Int64] = []
        for await entry in stream {
            seen.append(entry.sequence)
            if seen.count == count { break }
        }
        return seen
    }
}
