import Commands
import Foundation
import Primitives
import Storage

/// Adds moments of one platform to one repository, now or at a pace, and prunes by a rule.
struct BackupSchedule: Sendable {
    /// The data folder.
    let folder: String
    /// nil for SQLite in the data folder.
    let database: PostgresAddress?
    /// nil for objects in the data folder.
    let bucket: S3Location?
    /// A folder, or `s3://…`.
    let place: String
    /// Which points are kept; nil for all.
    let rule: KeepRule?
    var skipsObjects = false
    var isFull = false

    /// Takes one moment.
    func once() async throws -> (addition: BackupAddition, pruned: Int) {
        let repository = try BackupRepository.open(place, creating: true)
        let added = try await repository.add(
            try PlatformStore.database(folder: folder, address: database),
            companions: PlatformStore.companions(folder: folder),
            objects: try PlatformStore.objects(folder: folder, bucket: bucket),
            copyingObjects: !skipsObjects,
            full: isFull
        )
        guard let rule else { return (added, 0) }
        return (added, try await repository.pruned(keeping: rule).removed.count)
    }

    /// Takes a moment at every interval until the task is cancelled. What fails is said, and tried again at the next: a disk
    /// has room again, a bucket answers.
    func run(every interval: Interval, done: (BackupAddition, Int) throws -> Void) async throws {
        while true {
            let began = ContinuousClock.now
            do {
                let (added, pruned) = try await once()
                try done(added, pruned)
            } catch let error as PlatformError {
                Terminal.note("error [\(error.code)]: the backup to \(place) failed: \(error.message)")
            }
            try await Task.sleep(until: began + .seconds(interval.seconds))
        }
    }
}

/// The parts of a platform that is served by another process, or by this one.
enum PlatformStore {
    /// The database as it is, without migrating it.
    static func database(folder: String, address: PostgresAddress?) throws -> any DatabaseEngine {
        if let address { return try PostgresDatabase.existing(address) }
        return try SQLiteDatabase.existing(path: folder + "/aku.sqlite")
    }

    /// Where the platform keeps objects; nil where there are none yet.
    static func objects(folder: String, bucket: S3Location?) throws -> ObjectStore? {
        if let bucket {
            let environment = ProcessInfo.processInfo.environment
            return try ObjectStore(bucket: bucket, cache: folder + "/object-cache", environment: environment)
        }
        guard FileManager.default.fileExists(atPath: folder + "/objects") else { return nil }
        return try ObjectStore(root: folder + "/objects")
    }

    /// Keys and checkpoints: the files of the data folder that go with the database.
    static func companions(folder: String) -> [Backup.Companion] {
        let keys = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/keys")) ?? []
        let names = keys.sorted().map { "keys/\($0)" } + ["checkpoints.txt"]
        return names.map { Backup.Companion(name: $0, path: "\(folder)/\($0)") }
            .filter { FileManager.default.isReadableFile(atPath: $0.path) }
    }
}
