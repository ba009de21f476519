import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// Options of the verbs that open the store themselves: which data folder, which database.
struct StoreOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder. Default: AKU_DATA, else ~/.aku.")
    var data: String?

    @Option(name: .long, help: "postgres://USER@HOST:PORT/DATABASE. Default: AKU_DATABASE, else SQLite.")
    var database: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    /// The data folder's path.
    var folder: String { URL(fileURLWithPath: LocalMachine.dataFolder(option: data)).standardizedFileURL.path }

    /// The SQLite file of the data folder.
    var file: String { folder + "/aku.sqlite" }

    /// The PostgreSQL database, or nil for the data folder's own.
    func address() throws -> PostgresAddress? { try LocalMachine.database(option: database) }

    /// Prints a value as JSON, or lines of text.
    func show(_ value: some Encodable, _ lines: [String]) throws {
        Terminal.print(json ? try CanonicalJSON.text(value) : lines.joined(separator: "\n"))
    }
}
