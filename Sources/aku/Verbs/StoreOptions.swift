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

    /// The database as it is, without migrating it.
    func existingDatabase() throws -> any DatabaseEngine {
        if let address = try address() { return try PostgresDatabase.existing(address) }
        return try SQLiteDatabase.existing(path: file)
    }

    /// Where the platform keeps objects: the bucket of an option or AKU_OBJECTS, else the data folder; nil where there are
    /// none yet.
    func objects(_ option: String?) throws -> ObjectStore? {
        if let bucket = try LocalMachine.bucket(option: option) {
            let environment = ProcessInfo.processInfo.environment
            return try ObjectStore(bucket: bucket, cache: folder + "/object-cache", environment: environment)
        }
        guard FileManager.default.fileExists(atPath: folder + "/objects") else { return nil }
        return try ObjectStore(root: folder + "/objects")
    }

    /// Keys and checkpoints: the files of the data folder that go with the database.
    func companions() -> [Backup.Companion] {
        let keys = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/keys")) ?? []
        let names = keys.sorted().map { "keys/\($0)" } + ["checkpoints.txt"]
        return names.map { Backup.Companion(name: $0, path: "\(folder)/\($0)") }
            .filter { FileManager.default.isReadableFile(atPath: $0.path) }
    }

    /// Prints a value as JSON, or lines of text.
    func show(_ value: some Encodable, _ lines: [String]) throws {
        Terminal.print(json ? try CanonicalJSON.text(value) : lines.joined(separator: "\n"))
    }
}
