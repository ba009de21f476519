import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku migrate`: brings a database to this version's schema; servers may go on meanwhile.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to the schema of this version, and say which steps ran.",
        discussion: """
            Example:  aku migrate --database postgres://aku@db.example/aku

            'aku up' does the same when it starts. Each step is a transaction; two that run at once wait for each other.
            A database of a newer version is refused and left as it is.
            """
    )

    @OptionGroup var store: StoreOptions

    func run() async throws {
        let ran: [Migration]
        if let address = try store.address() {
            ran = try PostgresDatabase.open(address).migrated
        } else {
            guard FileManager.default.fileExists(atPath: store.file) else {
                throw PlatformError(
                    .fileMissing,
                    "There is no database in '\(store.folder)'.",
                    nextStep: "Name the data folder with --data, or start one with 'aku up'."
                )
            }
            ran = try SQLiteDatabase.open(path: store.file).migrated
        }
        let names = ran.map { "\($0.number) \($0.name)" }
        try store.show(
            ["migrated": names, "schema": ["\(Schema.migrations.count)"]],
            names.isEmpty
                ? ["The schema is that of this version already (\(Schema.migrations.count) steps)."]
                : names.map { "ran \($0)" }
        )
    }
}
