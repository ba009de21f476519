import Foundation
import Primitives

/// Where the journal ends: its size and Merkle frontier, loaded at the start of a write group and saved before its
/// commit.
struct JournalEnd: Sendable {
    /// The longest body of an event, in bytes of JSON.
    static let maximumBodyBytes = 64 << 10

    private(set) var frontier: MerkleFrontier

    /// How many entries the journal has.
    var size: Int64 { frontier.size }

    static func load(_ reader: some SQLReader) throws -> JournalEnd {
        guard let row = try reader.first("SELECT size, roots FROM journal_end") else {
            return JournalEnd(frontier: .init())
        }
        let size = try row.integer("size")
        let bytes = [UInt8](try row.blob("roots"))
        let roots = stride(from: 0, to: bytes.count, by: 32).compactMap {
            Digest(bytes: Array(bytes[$0..<min($0 + 32, bytes.count)]))
        }
        guard let frontier = MerkleFrontier(size: size, roots: roots) else {
            throw PlatformError(
                .journalCorrupt,
                "The journal's frontier does not fit its size \(size).",
                nextStep: "Run 'aku verify'; restore the data folder from a backup."
            )
        }
        return JournalEnd(frontier: frontier)
    }

    /// Appends an event: its row, and the tiles that it completes.
    mutating func append(
        _ event: JournalEvent,
        at moment: Timestamp,
        on connection: some EngineConnection
    ) throws -> Int64 {
        let leaf = JournalLeaf(
            sequence: size + 1,
            at: moment.milliseconds,
            kind: event.kind,
            subject: event.subject,
            actor: event.actor,
            body: try CanonicalJSON.text(event.body)
        )
        guard leaf.body.utf8.count <= Self.maximumBodyBytes else {
            throw PlatformError(
                .eventTooLarge,
                "'\(event.kind)' has \(leaf.body.utf8.count) bytes; an event has at most \(Self.maximumBodyBytes).",
                nextStep: "Put large content into the object store and name its digest in the event."
            )
        }
        let hash = leaf.hash
        _ = try connection.run(
            """
            INSERT INTO journal_entry (sequence, at, kind, subject, actor, body, leaf_hash)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(leaf.sequence), .integer(leaf.at), .text(leaf.kind), .text(leaf.subject), .text(leaf.actor),
                .text(leaf.body), .blob(Data(hash.bytes)),
            ]
        )
        for subtree in frontier.append(hash) where subtree.level > 0 && subtree.level % MerkleProver.tileLevels == 0 {
            _ = try connection.run(
                "INSERT INTO journal_tile (level, position, hash) VALUES (?, ?, ?)",
                [
                    .integer(Int64(subtree.level)), .integer((size >> Int64(subtree.level)) - 1),
                    .blob(Data(subtree.root.bytes)),
                ]
            )
        }
        return leaf.sequence
    }

    /// Saves size and frontier; called once a group.
    func save(on connection: some EngineConnection) throws {
        _ = try connection.run(
            """
            INSERT INTO journal_end (id, size, roots) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET size = excluded.size, roots = excluded.roots
            """,
            [.integer(size), .blob(Data(frontier.roots.flatMap(\.bytes)))]
        )
    }
}

extension ErrorCode {
    /// The journal's own records contradict each other.
    package static let journalCorrupt = ErrorCode("journal_corrupt", .dataLoss)
    /// An event's body is over the bound.
    package static let eventTooLarge = ErrorCode("event_too_large", .tooLarge)
}
