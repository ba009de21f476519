import Foundation
import Primitives

/// The pieces of a backup: one byte of kind, the length as 8 bytes (most significant first), the content.
enum BackupRecord: UInt8 {
    /// A `BackupManifest` as canonical JSON.
    case manifest = 0x4D
    /// A file of the data folder: its path as JSON text, a line break, its bytes.
    case file = 0x46
    /// The beginning of a table: `{"columns":[…],"name":…}`.
    case table = 0x54
    /// Rows of the table begun last.
    case rows = 0x52
    /// A `BackupSummary` as canonical JSON.
    case summary = 0x53
    /// SHA-256 of every byte before this record. Nothing follows.
    case end = 0x45

    /// The largest content, in bytes: a list of ten million objects or a page of rows stays below.
    static let maximumBytes = 4 << 30
}

/// The head of a table.
struct BackupTableHead: Codable, Equatable {
    let name: String
    let columns: [String]
}

/// Writes records and keeps the digest of everything written.
final class BackupSink {
    private let write: (Data) throws -> Void
    private var hash = SHA256Stream()

    init(_ write: @escaping (Data) throws -> Void) { self.write = write }

    func add(_ record: BackupRecord, _ content: Data) throws {
        var head = Data([record.rawValue])
        withUnsafeBytes(of: UInt64(content.count).bigEndian) { head.append(contentsOf: $0) }
        try put(head)
        try put(content)
    }

    func add(_ record: BackupRecord, json value: some Encodable) throws {
        try add(record, Data(CanonicalJSON.text(value).utf8))
    }

    /// Writes the last record.
    func finish() throws { try add(.end, Data(hash.finalize().bytes)) }

    private func put(_ data: Data) throws {
        hash.update(data)
        try write(data)
    }
}

/// Reads records and checks the digest at the end.
final class BackupSource {
    /// Exactly as many bytes, fewer only at the end of the file.
    private let read: (Int) throws -> Data
    private var hash = SHA256Stream()

    init(_ read: @escaping (Int) throws -> Data) { self.read = read }

    /// The next record; nil after the last, whose digest was right.
    ///
    /// - Throws: `backup_corrupt`.
    func next() throws -> (record: BackupRecord, content: Data)? {
        let before = hash.finalize()
        let head = try read(9)
        guard head.count == 9, let record = BackupRecord(rawValue: head[head.startIndex]) else {
            throw Self.corrupt("it ends early or is no backup")
        }
        let length = head.dropFirst().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(BackupRecord.maximumBytes) else { throw Self.corrupt("a record is too long") }
        let content = try read(Int(length))
        guard content.count == Int(length) else { throw Self.corrupt("it ends early") }
        hash.update(head)
        hash.update(content)
        guard record == .end else { return (record, content) }
        guard [UInt8](content) == before.bytes else { throw Self.corrupt("its digest is not that of its bytes") }
        return nil
    }

    static func corrupt(_ problem: String) -> PlatformError {
        PlatformError(
            .backupCorrupt,
            "The backup cannot be used: \(problem).",
            nextStep: "Use another backup; nothing was restored from this one."
        )
    }
}
