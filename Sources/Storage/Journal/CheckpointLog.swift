import Foundation
import Primitives

/// The journal's signed checkpoints: a table, and a file that can be copied to where the operator cannot rewrite it.
package struct CheckpointLog: Sendable {
    private let database: any Database
    private let signer: CheckpointSigner
    private let file: String
    private let time: TimeSource

    /// Keeps the checkpoints of a database's journal; `file` is appended to and synced.
    package init(database: any Database, signer: CheckpointSigner, file: String, time: TimeSource = .system) {
        self.database = database
        self.signer = signer
        self.file = file
        self.time = time
    }

    /// Signs the journal as it stands.
    ///
    /// - Returns: nil when nothing was appended since the latest checkpoint.
    /// - Throws: `disk_full`, `journal_corrupt`.
    @discardableResult
    package func write() async throws -> Checkpoint? {
        let (end, latest) = try await database.read { reader in
            (try JournalEnd.load(reader), try Self.latest(reader))
        }
        guard end.size > latest?.size ?? 0 else { return nil }
        let checkpoint = try signer.checkpoint(size: end.size, root: end.frontier.root, at: time.now())
        let key = Hex.encode(signer.verifier.keyHash)
        let isNew = try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO journal_checkpoint (size, root, at, key_id, note) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (size) DO NOTHING
                """,
                [
                    .integer(checkpoint.size), .blob(Data(checkpoint.root.bytes)), .time(checkpoint.at), .text(key),
                    .text(checkpoint.note),
                ]
            ) > 0
        }
        guard isNew else { return nil }
        try PrivateFile.append(Data((checkpoint.note + "\n").utf8), to: file)
        return checkpoint
    }

    /// The latest checkpoint, or nil before the first.
    package func latest() async throws -> Checkpoint? {
        try await database.read { try Self.latest($0) }
    }

    /// Entries appended since the latest checkpoint.
    package func uncovered() async throws -> Int64 {
        try await database.read { try JournalEnd.load($0).size - (Self.latest($0)?.size ?? 0) }
    }

    /// The notes of a checkpoint file, in order; none when there is no file.
    static func notes(in file: String) throws -> [String] {
        guard access(file, F_OK) == 0 else { return [] }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        // A note is three lines, an empty line, a signature line, and the empty line between notes.
        return stride(from: 0, to: lines.count - 4, by: 6).map { start in
            lines[start..<start + 5].joined(separator: "\n") + "\n"
        }
    }

    private static func latest(_ reader: any SQLReader) throws -> Checkpoint? {
        let row = try reader.first("SELECT size, root, at, note FROM journal_checkpoint ORDER BY size DESC LIMIT 1")
        return try row.map(Checkpoint.init)
    }
}

extension Checkpoint {
    /// Loads a row of `journal_checkpoint`.
    init(_ row: SQLRow) throws {
        guard let root = Digest(bytes: [UInt8](try row.blob("root"))) else {
            throw PlatformError(.journalCorrupt, "A checkpoint's root has the wrong length.")
        }
        let note = try row.text("note")
        self.init(
            origin: String(note.prefix { $0 != "\n" }),
            size: try row.integer("size"),
            root: root,
            at: try row.time("at"),
            note: note
        )
    }
}
