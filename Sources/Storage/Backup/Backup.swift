import Foundation
import Primitives

/// Copies of a database: to a file and back, or straight into another database, of either engine.
package enum Backup {
    /// A file of the data folder that goes with the database: keys, and the journal's checkpoints.
    package struct Companion: Sendable {
        /// Its path inside the data folder.
        package let name: String
        /// Where it lies.
        package let path: String

        /// Names a file.
        package init(name: String, path: String) {
            self.name = name
            self.path = path
        }
    }

    /// What was copied.
    package struct Report: Sendable, Codable {
        /// The snapshot.
        package let manifest: BackupManifest
        /// Its rows and objects.
        package let summary: BackupSummary
    }

    /// Writes a backup of one snapshot while writers go on. The file appears under its name when it is whole.
    ///
    /// - Throws: `already_exists`, `disk_full`, `file_failed`, and what the database throws.
    package static func write(
        _ database: any DatabaseEngine,
        companions: [Companion],
        objects: [StoredObject],
        to path: String,
        time: TimeSource = .system
    ) async throws -> Report {
        guard access(path, F_OK) != 0 else {
            throw PlatformError(
                .alreadyExists,
                "'\(path)' exists.",
                nextStep: "Name another file: backups are not replaced."
            )
        }
        let partial = "\(path).partial-\(getpid())"
        do {
            let report = try await database.read { reader in
                let file = try BackupFile.creating(partial)
                let report = try copy(reader, database.kind, companions, objects, time.now(), to: file.write)
                try file.synchronise()
                return report
            }
            try DiskFile.rename(partial, to: path)
            return report
        } catch {
            unlink(partial)
            throw error
        }
    }

    /// Reads a backup through and checks every record; nothing is changed.
    ///
    /// - Throws: `backup_corrupt`, `file_failed`.
    package static func examine(_ path: String) throws -> Report {
        let file = try BackupFile.reading(path)
        let source = BackupSource(file.read)
        let manifest = try manifest(of: source)
        var summary: BackupSummary?
        while let (record, content) = try source.next() {
            if record == .summary { summary = try decode(BackupSummary.self, content) }
        }
        guard let summary else { throw BackupSource.corrupt("it has no summary") }
        return Report(manifest: manifest, summary: summary)
    }

    /// Fills an empty database from a backup and checks that every row and the journal's root are those of the backup.
    ///
    /// - Parameters:
    ///   - open: opens the target with exactly these steps of the schema.
    ///   - place: stores a companion file; called once each after the rows are durable.
    /// - Throws: `backup_corrupt`, `database_newer`, `migration_changed`, `database_not_empty`, `restore_differs`.
    package static func restore(
        _ path: String,
        open: ([Migration]) throws -> any DatabaseEngine,
        place: (_ name: String, _ content: Data) throws -> Void
    ) async throws -> Report {
        let report = try examine(path)
        let target = try open(steps(of: report.manifest))
        let companions = try await target.write { transaction in
            try load(BackupSource(BackupFile.reading(path).read), into: transaction, target.kind).companions
        }
        try await check(target, against: report)
        for (name, content) in companions { try place(name, content) }
        return report
    }

    /// Copies a database into an empty one, all tables of one snapshot, and checks rows and journal as `restore` does.
    ///
    /// - Parameter open: opens the target with exactly these steps of the schema.
    package static func move(
        _ source: any DatabaseEngine,
        open: ([Migration]) throws -> any DatabaseEngine,
        time: TimeSource = .system
    ) async throws -> Report {
        let manifest = try await source.read { reader in
            try DatabaseDump(reader: reader, kind: source.kind).manifest(at: time.now())
        }
        let target = try open(steps(of: manifest))
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw DiskFailure.make(errno, "open", "a pipe") }
        // A target that gives up closes its end; the writer must hear of it as an error.
        signal(SIGPIPE, SIG_IGN)
        let (from, to) = (ends[0], ends[1])
        async let sending = source.read { reader in
            let file = BackupFile(descriptor: to)
            let report = try copy(reader, source.kind, [], [], time.now(), to: file.write)
            try file.flush()
            return report
        }
        async let receiving: Void = target.write { transaction in
            let file = BackupFile(descriptor: from)
            _ = try load(BackupSource(file.read), into: transaction, target.kind)
        }
        do {
            try await receiving
        } catch let error as PlatformError where error.code == .backupCorrupt {
            // The stream ended early because its sender failed: that is the reason to name.
            _ = try await sending
            throw error
        }
        let report = try await sending
        try await check(target, against: report)
        return report
    }

    private static func copy(
        _ reader: any SQLReader,
        _ kind: DatabaseKind,
        _ companions: [Companion],
        _ objects: [StoredObject],
        _ moment: Timestamp,
        to write: @escaping (Data) throws -> Void
    ) throws -> Report {
        let sink = BackupSink(write)
        let dump = DatabaseDump(reader: reader, kind: kind)
        let manifest = try dump.manifest(at: moment)
        try sink.add(.manifest, json: manifest)
        let tables = try dump.tables(to: sink)
        for companion in companions {
            let content = try Data(contentsOf: URL(fileURLWithPath: companion.path))
            try sink.add(.file, Data("\(companion.name)\n".utf8) + content)
        }
        let summary = BackupSummary(tables: tables, objects: objects)
        try sink.add(.summary, json: summary)
        try sink.finish()
        return Report(manifest: manifest, summary: summary)
    }

    private static func load(_ source: BackupSource, into transaction: any SQLTransaction, _ kind: DatabaseKind) throws
        -> (companions: [(String, Data)], manifest: BackupManifest)
    {
        let manifest = try manifest(of: source)
        let load = try DatabaseLoad(transaction, kind)
        var companions: [(String, Data)] = []
        while let (record, content) = try source.next() {
            switch record {
            case .table: try load.begin(try decode(BackupTableHead.self, content))
            case .rows: try load.add(content)
            case .file:
                guard let end = content.firstIndex(of: 0x0A) else { throw BackupSource.corrupt("a file has no name") }
                companions.append((String(decoding: content[..<end], as: UTF8.self), content[(end + 1)...]))
            case .manifest, .summary, .end: break
            }
        }
        try load.finish()
        return (companions, manifest)
    }

    private static func manifest(of source: BackupSource) throws -> BackupManifest {
        guard let (record, content) = try source.next(), record == .manifest else {
            throw BackupSource.corrupt("it does not begin as a backup does")
        }
        let manifest = try decode(BackupManifest.self, content)
        guard manifest.format == BackupManifest.currentFormat else {
            throw BackupSource.corrupt("its format is '\(manifest.format)'")
        }
        return manifest
    }

    /// The steps of this version that the backup's database had run; it must know them all.
    static func steps(of manifest: BackupManifest) throws -> [Migration] {
        let known = Dictionary(uniqueKeysWithValues: Schema.migrations.map { (Int64($0.number), $0) })
        return try manifest.schema.map { step in
            guard let migration = known[step.number] else {
                throw PlatformError(
                    .databaseNewer,
                    "The backup has run the migration '\(step.name)', which this version of aku does not know.",
                    nextStep: "Use aku \(manifest.version) or later."
                )
            }
            guard migration.digest == step.digest else {
                throw PlatformError(
                    .migrationChanged,
                    "Migration \(step.number) '\(step.name)' reads differently from when the backup's database ran it."
                )
            }
            return migration
        }
    }

    /// Reads the target back: every table's count and digest, every leaf of the journal, and its root.
    static func check(_ target: any DatabaseEngine, against report: Report) async throws {
        let tables = try await target.read { try DatabaseDump(reader: $0, kind: target.kind).summary() }
        let expected = Dictionary(uniqueKeysWithValues: report.summary.tables.map { ($0.name, $0) })
        for table in tables where expected[table.name] != table {
            throw PlatformError(
                .restoreDiffers,
                "The table '\(table.name)' has \(table.rows) rows that are not those of the source.",
                nextStep: "Empty the target and try again; the source is as it was."
            )
        }
        let journal = try await Journal(database: target).verify(verifiers: [], checkpointFile: nil)
        guard tables.count == expected.count, journal.entries == report.manifest.journalSize,
            journal.root == report.manifest.journalRoot
        else {
            throw PlatformError(
                .restoreDiffers,
                "The journal's root is \(journal.root) after \(journal.entries) entries.",
                nextStep: "Empty the target and try again; the source is as it was.",
                context: ["expected": report.manifest.journalRoot.description]
            )
        }
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ content: Data) throws -> T {
        do {
            return try CanonicalJSON.decode(type, from: content, what: "a record of the backup")
        } catch {
            throw BackupSource.corrupt("a record cannot be read")
        }
    }
}
