import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku db`: what is done to a database as a whole.
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db",
        abstract: "Move the platform's database to another engine.",
        subcommands: [DatabaseMoveCommand.self]
    )
}

/// `aku db move`: copies everything into an empty database of either engine.
struct DatabaseMoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Copy every table into an empty database, and check every row and the journal's root.",
        discussion: """
            Example:  aku db move --from sqlite --to postgres://aku@db.example/aku

            Stop the server first: the data folder is locked meanwhile, so that nothing is written that would be left
            behind. The source stays as it is; the target must be empty. Start again with 'aku up --database …' and the
            same data folder, which keeps objects and keys.
            """
    )

    @Option(name: .long, help: "The data folder. Default: AKU_DATA, else ~/.aku.")
    var data: String?

    @Option(name: .long, help: "'sqlite' for the data folder's database, or postgres://….")
    var from = "sqlite"

    @Option(name: .long, help: "'sqlite' or postgres://….")
    var to: String

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        let folder = try DataFolder(path: LocalMachine.dataFolder(option: data))
        let source: any DatabaseEngine =
            if let address = try address(from) {
                try PostgresDatabase.existing(address)
            } else {
                try SQLiteDatabase.existing(path: folder.database)
            }
        let target = try address(to)
        guard target != nil || !FileManager.default.fileExists(atPath: folder.database) else {
            throw PlatformError(
                .databaseNotEmpty,
                "The data folder '\(folder.path)' has a database already.",
                nextStep: "Move it away first, or name another folder with --data."
            )
        }
        let report = try await Backup.move(source) { steps in
            if let target { return try PostgresDatabase.open(target, migrations: steps) }
            return try SQLiteDatabase.open(path: folder.database, migrations: steps)
        }
        let place = target.map { "\($0)" } ?? folder.database
        let lines = [
            "moved     \(report.summary.rows) rows in \(report.summary.tables.count) tables to \(place)",
            "journal   \(report.manifest.journalSize) entries, root \(report.manifest.journalRoot): the same on both",
        ]
        Terminal.print(json ? try CanonicalJSON.text(report) : lines.joined(separator: "\n"))
    }

    private func address(_ text: String) throws -> PostgresAddress? {
        text == "sqlite" ? nil : try PostgresAddress(text)
    }
}
