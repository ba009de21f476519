import Primitives

/// The first record of a backup: what it is a copy of.
package struct BackupManifest: Sendable, Codable, Equatable {
    /// A step of the schema that the database had run.
    package struct Step: Sendable, Codable, Equatable {
        /// Its place in the order.
        package let number: Int64
        /// Its name.
        package let name: String
        /// The digest of its text.
        package let digest: Digest
        /// When it ran.
        package let appliedAt: Timestamp
    }

    /// `aku.backup/1`.
    package let format: String
    /// The version of aku that made it.
    package let version: String
    /// When the snapshot was taken.
    package let madeAt: Timestamp
    /// The engine that it was read from; it can be restored on either.
    package let engine: String
    /// The schema of the snapshot.
    package let schema: [Step]
    /// Entries of the journal in the snapshot.
    package let journalSize: Int64
    /// The Merkle root of those entries: it names the moment that a restore goes back to.
    package let journalRoot: Digest

    static let currentFormat = "aku.backup/1"
}

/// The last record of a backup, and what a restore found to be the same.
package struct BackupSummary: Sendable, Codable, Equatable {
    /// The rows of one table.
    package struct Table: Sendable, Codable, Equatable {
        /// The table.
        package let name: String
        /// How many rows.
        package let rows: Int64
        /// SHA-256 of the rows as the backup writes them, in the order of the key.
        package let digest: Digest
    }

    /// Every table.
    package let tables: [Table]
    /// Objects that were in the store, by digest, with their sizes.
    package let objects: [StoredObject]

    /// Rows of all tables.
    package var rows: Int64 { tables.reduce(0) { $0 + $1.rows } }
}

extension ErrorCode {
    /// A backup is cut short, changed, or no backup at all.
    package static let backupCorrupt = ErrorCode("backup_corrupt", .dataLoss)
    /// The target of a restore or move holds something already.
    package static let databaseNotEmpty = ErrorCode("database_not_empty", .failedPrecondition)
    /// What was restored is not what the backup says.
    package static let restoreDiffers = ErrorCode("restore_differs", .dataLoss)
}
