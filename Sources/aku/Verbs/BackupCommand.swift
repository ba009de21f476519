import ArgumentParser
import Commands
import Foundation
import Primitives
import Storage

/// `aku backup`: copies of the platform, one moment in a file or many in a repository.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database, the keys and the objects without stopping the server.",
        discussion: """
            Example:  aku backup --to /backups/aku                       add a moment to a repository
                      aku backup --to /backups/aku --every 5m            and another every five minutes
                      aku backup list --to /backups/aku                  which moments there are
                      aku restore /backups/aku --at 2026-11-23T12:00:00Z --data /srv/aku-again
                      aku backup --out /backups/monday.backup            one moment in one file, without objects
            """,
        subcommands: [BackupTake.self, BackupList.self, BackupPrune.self, BackupCheck.self],
        defaultSubcommand: BackupTake.self
    )
}

/// `aku backup take`, which is what `aku backup` does.
struct BackupTake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take",
        abstract: "Copy one moment to a file or into a repository; what 'aku backup' does when no verb is given.",
        discussion: """
            Example:  aku backup --to s3://backups/aku?endpoint=https://s3.example --every 5m --keep hourly=48,daily=30

            --to adds a moment to a repository: a folder, or s3://BUCKET/PREFIX. Rows are cut into chunks and objects are
            kept under their SHA-256, so that only what changed since the last moment is written. The moment counts when
            its last small file is written: end the command whenever you like, also with kill -9.

            --out writes one file with every row of one moment, the keys and the digest of every object.

            Either holds the signing keys: keep it as private as they are.
            """
    )

    @OptionGroup var store: StoreOptions

    @Option(name: .long, help: "The file to make; it must not exist.")
    var out: String?

    @Option(name: .long, help: "The repository: a folder, or s3://BUCKET/PREFIX?endpoint=….")
    var to: String?

    @Option(name: .long, help: "Where the platform keeps objects: s3://…. Default: AKU_OBJECTS, else the data folder.")
    var objects: String?

    @Option(name: .long, help: "Stay, and add a moment this often: 30s, 5m, 1h, 1d.")
    var every: String?

    @Option(name: .long, help: "Prune after each moment: last=10,hourly=48,daily=30,weekly=12,monthly=12,yearly=5.")
    var keep: String?

    @Flag(name: .long, help: "Keep the names of objects only, not their bytes.")
    var skipObjects = false

    @Flag(name: .long, help: "Look at every chunk, also at those of earlier moments, and write anew what is damaged.")
    var full = false

    func run() async throws {
        switch (out, to) {
        case (let file?, nil): try await write(file)
        case (nil, let place?): try await add(to: place)
        default:
            throw PlatformError(
                .invalidArgument,
                "A backup goes to one place.",
                nextStep: "Give --to REPOSITORY, or --out FILE."
            )
        }
    }

    private func write(_ file: String) async throws {
        guard every == nil, keep == nil, !full else {
            throw PlatformError(
                .invalidArgument,
                "--every, --keep and --full are for repositories.",
                nextStep: "Give --to REPOSITORY instead of --out."
            )
        }
        let listed = try PlatformStore.objects(folder: store.folder, bucket: LocalMachine.bucket(option: objects)).map {
            objects in
            try objects.digests().compactMap { digest in
                (try? objects.size(digest)).map { StoredObject(digest: digest, size: $0) }
            }
        }
        let report = try await Backup.write(
            try PlatformStore.database(folder: store.folder, address: store.address()),
            companions: PlatformStore.companions(folder: store.folder),
            objects: listed ?? [],
            to: file
        )
        try store.show(
            report,
            [
                "backup    \(file)",
                "rows      \(report.summary.rows) in \(report.summary.tables.count) tables (\(report.manifest.engine))",
                "objects   \(report.summary.objects.count) listed; copy \(store.folder)/objects as well",
                "journal   \(report.manifest.journalSize) entries, root \(report.manifest.journalRoot)",
            ]
        )
    }

    private func add(to place: String) async throws {
        let interval = try every.map(Interval.init)
        let schedule = BackupSchedule(
            folder: store.folder,
            database: try store.address(),
            bucket: try LocalMachine.bucket(option: objects),
            place: place,
            rule: try keep.map(KeepRule.init),
            skipsObjects: skipObjects,
            isFull: full
        )
        guard let interval else {
            let (added, pruned) = try await schedule.once()
            return try show(added, pruned)
        }
        try await schedule.run(every: interval, done: show)
    }

    private func show(_ added: BackupAddition, _ pruned: Int) throws {
        let (point, manifest) = (added.point, added.point.manifest)
        let rows = point.tables.reduce(0) { $0 + $1.rows.count }
        let bytes = point.tables.reduce(0) { $0 + $1.rows.bytes }
        try store.show(
            BackupOutcome(added),
            [
                "point     \(point.moment) in \(to ?? "")",
                "rows      \(rows) in \(point.tables.count) tables (\(manifest.engine)), \(bytes) bytes",
                "new       \(added.chunks.objects) chunks, \(added.chunks.bytes) bytes",
                "objects   \(point.objects.count), \(point.objectBytes) bytes; copied \(added.copied.objects), "
                    + "\(added.copied.bytes) bytes",
                "journal   \(manifest.journalSize) entries, root \(manifest.journalRoot)",
            ] + point.unreadable.map { "  damaged \($0): not copied; run 'aku verify'" }
        )
        if pruned > 0 { Terminal.note("pruned \(pruned) points") }
    }
}

/// What `aku backup --to --json` prints.
private struct BackupOutcome: Encodable {
    let moment: Timestamp
    let began: Timestamp
    let engine: String
    let rows: Int64
    let newChunks: ObjectCount
    let objects: Int64
    let copiedObjects: ObjectCount
    let unreadable: [Digest]
    let journalSize: Int64
    let journalRoot: Digest

    init(_ added: BackupAddition) {
        moment = added.point.moment
        began = added.point.began
        engine = added.point.manifest.engine
        rows = added.point.tables.reduce(0) { $0 + $1.rows.count }
        newChunks = added.chunks
        objects = added.point.objects.count
        copiedObjects = added.copied
        unreadable = added.point.unreadable
        journalSize = added.point.manifest.journalSize
        journalRoot = added.point.manifest.journalRoot
    }

    enum CodingKeys: String, CodingKey {
        case moment, began, engine, rows, objects, unreadable
        case newChunks = "new_chunks"
        case copiedObjects = "copied_objects"
        case journalSize = "journal_size"
        case journalRoot = "journal_root"
    }
}
