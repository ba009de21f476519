import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku backup`: one snapshot of the database in one file, while the server goes on.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database, the keys and the list of objects to a file without stopping the server.",
        discussion: """
            Example:  aku backup --out /backups/aku-2026-05-04.backup

            The file holds every row of one moment, the signing keys (keep it as private as they are: it is made with mode
            0600), the journal's checkpoints, and the digest of every object. Objects themselves are not in it: they never
            change once they are written, so copy DATA/objects after the backup (rsync or a snapshot of the disk), and
            'aku restore' says which are missing.
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: "The file to make; it must not exist.")
    var out: String

    func run() async throws {
        let database: any DatabaseEngine =
            if let address = try store.address() {
                try PostgresDatabase.existing(address)
            } else {
                try SQLiteDatabase.existing(path: store.file)
            }
        let report = try await Backup.write(database, companions: companions(), objects: try objects(), to: out)
        try store.show(
            report,
            [
                "backup    \(out)",
                "rows      \(report.summary.rows) in \(report.summary.tables.count) tables (\(report.manifest.engine))",
                "objects   \(report.summary.objects.count) listed; copy \(store.folder)/objects as well",
                "journal   \(report.manifest.journalSize) entries, root \(report.manifest.journalRoot)",
            ]
        )
    }

    private func companions() -> [Backup.Companion] {
        let keys = (try? FileManager.default.contentsOfDirectory(atPath: store.folder + "/keys")) ?? []
        let names = keys.sorted().map { "keys/\($0)" } + ["checkpoints.txt"]
        return names.map { Backup.Companion(name: $0, path: "\(store.folder)/\($0)") }
            .filter { FileManager.default.isReadableFile(atPath: $0.path) }
    }

    private func objects() throws -> [StoredObject] {
        guard FileManager.default.fileExists(atPath: store.folder + "/objects") else { return [] }
        let objects = try ObjectStore(root: store.folder + "/objects")
        return try objects.digests().compactMap { digest in
            (try? objects.size(digest)).map { StoredObject(digest: digest, size: $0) }
        }
    }
}
