import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku restore`: goes back to the moment of a backup, on either engine.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Fill an empty data folder or database from a backup, and check every row and the journal's root.",
        discussion: """
            Example:  aku restore /backups/aku --at 2026-11-23T12:00:00Z --data /srv/aku
                      aku restore /backups/monday.backup --data /srv/aku

            From a repository, --at takes its newest moment that is not later; the objects come with it. From a file the
            moment is the file's; copy its objects into DATA/objects first, or afterwards; what is missing is listed. The
            target must be empty. Each signed checkpoint up to the moment still holds.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The backup: a repository (a folder, or s3://…), or a file.")
    var backup: String

    @Option(name: .long, help: "The moment to go back to, RFC 3339. Default: the repository's newest.")
    var at: String?

    @Option(name: .long, help: "Where objects go: s3://…. Default: AKU_OBJECTS, else the data folder.")
    var objects: String?

    @Flag(name: .long, help: "Only read the backup through and check it.")
    var checkOnly = false

    func run() async throws {
        if BackupRepository.isPlace(backup) { return try await restoreFromRepository() }
        guard at == nil else {
            throw PlatformError(
                .invalidArgument,
                "'\(backup)' is a file with one moment.",
                nextStep: "Leave --at out, or name a repository."
            )
        }
        if checkOnly {
            let report = try Backup.examine(backup)
            return try store.show(report, lines(report, missing: []))
        }
        let folder = try emptyFolder()
        let report = try await Backup.restore(
            backup,
            open: { steps in try open(folder, steps) },
            place: { name, content in try place(name, content, in: folder) }
        )
        try finishSchema(folder)
        let missing = try target(folder).missing(report.summary.objects.map(\.digest))
        try store.show(report, lines(report, missing: missing))
    }

    private func restoreFromRepository() async throws {
        let repository = try BackupRepository.open(backup, creating: false)
        let moment = try at.map { try Timestamp(rfc3339: $0) }
        let point = try repository.read(repository.point(notAfter: moment))
        if checkOnly {
            try await repository.examined(point)
            return try show(point, nil)
        }
        let folder = try emptyFolder()
        try await repository.restore(
            point,
            open: { steps in try open(folder, steps) },
            place: { name, content in try place(name, content, in: folder) }
        )
        try finishSchema(folder)
        let objects = try await repository.restoredObjects(of: point, to: target(folder))
        try show(point, objects)
    }

    private func emptyFolder() throws -> DataFolder {
        let folder = try DataFolder(path: store.folder)
        guard try store.address() != nil || !FileManager.default.fileExists(atPath: folder.database) else {
            throw PlatformError(
                .databaseNotEmpty,
                "The data folder '\(folder.path)' has a database already.",
                nextStep: "Name a new folder with --data."
            )
        }
        return folder
    }

    private func open(_ folder: DataFolder, _ steps: [Migration]) throws -> any DatabaseEngine {
        if let address = try store.address() { return try PostgresDatabase.open(address, migrations: steps) }
        return try SQLiteDatabase.open(path: folder.database, migrations: steps)
    }

    /// Runs the steps of the schema that the backup's version lacked.
    private func finishSchema(_ folder: DataFolder) throws { _ = try open(folder, Schema.migrations) }

    private func target(_ folder: DataFolder) throws -> ObjectStore {
        try PlatformStore.objects(folder: folder.path, bucket: LocalMachine.bucket(option: objects))
            ?? ObjectStore(root: folder.objects)
    }

    private func place(_ name: String, _ content: Data, in folder: DataFolder) throws {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isKey = parts.count == 2 && parts[0] == "keys" && !["", ".", ".."].contains(parts[1])
        guard name == "checkpoints.txt" || isKey else {
            throw PlatformError(.backupCorrupt, "The backup has a file '\(name)', which no data folder has.")
        }
        try PrivateFile.write(content, to: "\(folder.path)/\(name)")
    }

    private func lines(_ report: Backup.Report, missing: [Digest]) -> [String] {
        var lines = [
            "backup    made \(report.manifest.madeAt) by aku \(report.manifest.version) from \(report.manifest.engine)",
            "rows      \(report.summary.rows) in \(report.summary.tables.count) tables"
                + (checkOnly ? "" : ", each as backed up"),
            "journal   \(report.manifest.journalSize) entries, root \(report.manifest.journalRoot)",
            "objects   \(report.summary.objects.count) listed, \(missing.count) missing",
        ]
        lines += missing.prefix(20).map { "  missing \($0)" }
        return lines
    }

    private func show(_ point: BackupPoint, _ objects: BackupRepository.ObjectsRestored?) throws {
        let manifest = point.manifest
        let rows = point.tables.reduce(0) { $0 + $1.rows.count }
        var lines = [
            "point     \(point.moment) of aku \(manifest.version) from \(manifest.engine)",
            "rows      \(rows) in \(point.tables.count) tables, each as backed up",
            "journal   \(manifest.journalSize) entries, root \(manifest.journalRoot)",
        ]
        if let objects {
            lines.append(
                "objects   \(point.objects.count) listed, \(objects.copied.objects) copied (\(objects.copied.bytes) bytes), "
                    + "\(objects.missing.count) missing"
            )
            lines += objects.missing.prefix(20).map { "  missing \($0)" }
        }
        try store.show(RestoreOutcome(point, rows: rows, objects), lines)
    }
}

/// What `aku restore --json` prints for a repository.
private struct RestoreOutcome: Encodable {
    let moment: Timestamp
    let at: String
    let rows: Int64
    let objects: Int64
    let copiedObjects: ObjectCount?
    let missingObjects: [Digest]?
    let journalSize: Int64
    let journalRoot: Digest

    init(_ point: BackupPoint, rows: Int64, _ restored: BackupRepository.ObjectsRestored?) {
        moment = point.moment
        at = point.moment.description
        self.rows = rows
        objects = point.objects.count
        copiedObjects = restored?.copied
        missingObjects = restored?.missing
        journalSize = point.manifest.journalSize
        journalRoot = point.manifest.journalRoot
    }

    enum CodingKeys: String, CodingKey {
        case moment, at, rows, objects
        case copiedObjects = "copied_objects"
        case missingObjects = "missing_objects"
        case journalSize = "journal_size"
        case journalRoot = "journal_root"
    }
}
