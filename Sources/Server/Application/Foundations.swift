import Foundation
import Logging
import Primitives
import Security
import ServiceLifecycle
import Storage

/// Floors 1 and 2 up to access: the data folder with its lock, the database, the journal and its checkpoints, the object
/// store, keys and tokens. Every other part stands on these.
struct Foundations: Sendable {
    let folder: DataFolder
    let database: any DatabaseEngine
    let journal: Journal
    let objects: ObjectStore
    let key: SigningKey
    let addressKey: ArtifactAddressKey
    let checkpoints: CheckpointLog
    let tokens: TokenStore
    let access: AccessPolicy
    let clock: TimeSource
    let identifiers: IdentifierSource
    let logger: Logger

    /// Opens the store; in token mode the administrator's token is made on first start.
    ///
    /// - Throws: `data_folder_in_use`, `database_newer`, `database_corrupt`, `database_unavailable`, `database_refused`,
    ///   `postgres_library_missing`, `disk_full`, `key_invalid`.
    static func open(
        _ configuration: ServerConfiguration,
        clock: TimeSource,
        identifiers: IdentifierSource,
        logger: Logger
    ) async throws -> Foundations {
        let folder = try DataFolder(path: configuration.dataFolder)
        let database: any DatabaseEngine =
            if let address = configuration.database {
                try PostgresDatabase.open(address, time: clock)
            } else {
                try SQLiteDatabase.open(in: folder, time: clock)
            }
        let key = try SigningKey.loadOrCreate(folder: folder.keys)
        let tokens = TokenStore(database: database, time: clock, identifiers: identifiers)
        if configuration.authentication == .token { _ = try await tokens.ensureAdministrator(keys: folder.keys) }
        return Foundations(
            folder: folder,
            database: database,
            journal: Journal(database: database),
            objects: try objects(configuration, folder, clock),
            key: key,
            addressKey: try ArtifactAddressKey.loadOrCreate(folder: folder.keys),
            checkpoints: CheckpointLog(
                database: database,
                signer: key.checkpointSigner(),
                file: folder.checkpoints,
                time: clock
            ),
            tokens: tokens,
            access: configuration.authentication == .token ? .tokens(tokens) : .development,
            clock: clock,
            identifiers: identifiers,
            logger: logger
        )
    }

    /// The store in the data folder, or in a bucket with a folder of the data folder in front.
    private static func objects(
        _ configuration: ServerConfiguration,
        _ folder: DataFolder,
        _ clock: TimeSource
    ) throws -> ObjectStore {
        guard let bucket = configuration.bucket else { return try ObjectStore(root: folder.objects) }
        let environment = ProcessInfo.processInfo.environment
        return try ObjectStore(bucket: bucket, cache: folder.objectCache, environment: environment, time: clock)
    }

    /// `/readyz`: the database answers and the object store takes a write.
    var readiness: [HealthController.Check] {
        let probe = WriteProbe(
            time: clock,
            look: { [objects] in objects.isFolderWritable },
            write: { [objects] in try await objects.blocking { try $0.probe() } }
        )
        return [
            .init("database") { [database] in _ = try await database.read { try $0.query("SELECT 1 AS one") } },
            .init("objects") { try await probe.check() },
        ]
    }
}
