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
            Example:  aku restore /backups/aku-2026-05-04.backup --data /srv/aku

            The moment is the backup's: its journal's size and root are printed, and each signed checkpoint up to there
            still holds. For moments between backups on PostgreSQL use the server's own archive of its log. The target
            must be empty. Copy the objects into DATA/objects first, or afterwards; what is missing is listed.
            """
    )

    @OptionGroup var store: StoreOptions

    @Argument(help: "The backup.")
    var backup: String

    @Flag(name: .long, help: "Only read the backup through and check it.")
    var checkOnly = false

    func run() async throws {
        if checkOnly {
            let report = try Backup.examine(backup)
            return try store.show(report, lines(report, missing: []))
        }
        let folder = try DataFolder(path: store.folder)
        let address = try store.address()
        guard address != nil || !FileManager.default.fileExists(atPath: folder.database) else {
            throw PlatformError(
                .databaseNotEmpty,
                "The data folder '\(folder.path)' has a database already.",
                nextStep: "Name a new folder with --data."
            )
        }
        let report = try await Backup.restore(
            backup,
            open: { steps in
                if let address { return try PostgresDatabase.open(address, migrations: steps) }
                return try SQLiteDatabase.open(path: folder.database, migrations: steps)
            },
            place: { name, content in try place(name, content, in: folder) }
        )
        // The steps that the backup's version lacked.
        if let address {
            _ = try PostgresDatabase.open(address)
        } else {
            _ = try SQLiteDatabase.open(path: folder.database)
        }
        let missing = try ObjectStore(root: folder.objects).missing(report.summary.objects.map(\.digest))
        try store.show(report, lines(report, missing: missing))
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
}
