import Primitives

/// One moment that a repository can go back to: what it names is all that a restore needs.
package struct BackupPoint: Sendable, Codable, Equatable {
    /// Items in order, cut into chunks. The chunks are named by index blocks, which are chunks themselves: a block is the
    /// 48 bytes of each of its chunks (digest, items, bytes; numbers with the most significant byte first).
    package struct Series: Sendable, Codable, Equatable {
        /// Items of all chunks.
        package let count: Int64
        /// Bytes of all chunks.
        package let bytes: Int64
        /// The index blocks, in order.
        let index: [Digest]
    }

    /// A table.
    package struct Table: Sendable, Codable, Equatable {
        /// Its name.
        package let name: String
        /// Its columns, in the order in which rows hold them.
        let columns: [String]
        /// SHA-256 over the bytes of all chunks, in order.
        let digest: Digest
        /// The rows.
        package let rows: Series
    }

    /// A file of the data folder.
    package struct File: Sendable, Codable, Equatable {
        /// Its path inside the data folder.
        package let name: String
        /// Its bytes.
        let object: StoredObject
    }

    /// `aku.point/1`.
    let format: String
    /// When the copy began: whatever was acknowledged before is in it.
    package let began: Timestamp
    /// What the snapshot is; nothing that began after its moment, `madeAt`, is in it.
    package let manifest: BackupManifest
    /// The tables, each after those that it refers to.
    package let tables: [Table]
    /// Keys and checkpoints.
    package let files: [File]
    /// The objects that the platform kept: 40 bytes each, digest and size.
    package let objects: Series
    /// The bytes of those objects.
    package let objectBytes: Int64
    /// Whether the repository has their bytes, or only their names.
    package let hasObjectBytes: Bool
    /// Objects that could not be copied, since the platform's own copy was damaged.
    package let unreadable: [Digest]

    static let currentFormat = "aku.point/1"

    /// The moment: when the snapshot stood.
    package var moment: Timestamp { manifest.madeAt }

    /// As a restore compares it.
    var report: Backup.Report {
        let tables = tables.map { BackupSummary.Table(name: $0.name, rows: $0.rows.count, digest: $0.digest) }
        return Backup.Report(manifest: manifest, summary: BackupSummary(tables: tables, objects: []))
    }

    enum CodingKeys: String, CodingKey {
        case format, began, manifest, tables, files, objects, unreadable
        case objectBytes = "object_bytes"
        case hasObjectBytes = "has_object_bytes"
    }
}

/// A point as its name tells it, without reading it.
package struct BackupPointName: Sendable, Hashable, Comparable {
    /// When its snapshot stood.
    package let moment: Timestamp
    /// SHA-256 of its content.
    let digest: Digest

    static let folder = "points"

    init(moment: Timestamp, digest: Digest) {
        self.moment = moment
        self.digest = digest
    }

    /// Reads a name of the repository's folder; nil for what is no point.
    init?(_ name: String) {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasSuffix(".json"),
            let moment = try? Timestamp(rfc3339: String(parts[0])),
            let digest = try? Digest(String(parts[1].dropLast(5)))
        else { return nil }
        self.init(moment: moment, digest: digest)
    }

    /// `points/2026-11-23T12:00:00.000Z_<64 digits>.json`.
    var path: String { "\(Self.folder)/\(moment)_\(digest.hex).json" }

    package static func < (left: BackupPointName, right: BackupPointName) -> Bool {
        (left.moment, left.digest) < (right.moment, right.digest)
    }
}

/// What one backup added to a repository.
package struct BackupAddition: Sendable, Codable {
    /// The new point.
    package let point: BackupPoint
    /// Chunks of rows and lists that the repository lacked, with their bytes.
    package let chunks: ObjectCount
    /// Objects that the repository lacked, with their bytes.
    package let copied: ObjectCount
}
