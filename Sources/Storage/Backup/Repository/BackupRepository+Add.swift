import Foundation
import Primitives

extension BackupRepository {
    /// Objects that are copied at once.
    private static let copiesAtOnce = 4

    /// Adds a point: one snapshot, while writers go on. What the newest point names is taken to be there.
    ///
    /// - Parameters:
    ///   - source: the platform's objects; nil where there are none.
    ///   - copyingObjects: whether to bring their bytes here, or only their names.
    ///   - full: whether to look at every chunk that the snapshot needs, also at those that an earlier point names, and to
    ///     write anew what is missing or damaged.
    /// - Throws: `disk_full`, `file_failed`, and what the database and S3 throw; the repository is as it was then.
    package func add(
        _ database: any DatabaseEngine,
        companions: [Backup.Companion],
        objects source: ObjectStore?,
        copyingObjects: Bool = true,
        full: Bool = false,
        time: TimeSource = .system
    ) async throws -> BackupAddition {
        let began = time.now()
        let known = full ? [] : try await store.blocking { _ in try newestReferences() }
        let store = store
        let (manifest, tables, chunks) = try await database.read { reader in
            // The first query fixes the snapshot: whatever begins after the moment is not in it.
            _ = try JournalEnd.load(reader)
            let moment = time.now()
            let sink = ChunkSink(store: store, known: known)
            let dump = DatabaseDump(reader: reader, kind: database.kind)
            let manifest = try dump.manifest(at: moment)
            let tables = try DatabaseTable.all(reader, database.kind).map { try Self.copy($0, of: dump, to: sink) }
            try sink.finish()
            return (manifest, tables, sink.added)
        }
        // The list comes after the snapshot: what the snapshot names is in it.
        return try await store.blocking { _ in
            let sink = ChunkSink(store: store, known: known)
            let files = try companions.map { companion in
                let content = try Data(contentsOf: URL(fileURLWithPath: companion.path))
                let object = StoredObject(digest: try sink.put(content), size: Int64(content.count))
                return BackupPoint.File(name: companion.name, object: object)
            }
            let copy = try self.copy(source, leavingOut: copyingObjects ? known : nil)
            var list = SeriesWriter(sink: sink)
            for object in copy.listed {
                try list.add { bytes in
                    ObjectListing.append(object, to: &bytes)
                    return object.digest.bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                }
            }
            let objects = try list.finish().series
            try sink.finish()
            let point = BackupPoint(
                format: BackupPoint.currentFormat,
                began: began,
                manifest: manifest,
                tables: tables,
                files: files,
                objects: objects,
                objectBytes: copy.listed.reduce(0) { $0 + $1.size },
                hasObjectBytes: copyingObjects,
                unreadable: copy.unreadable
            )
            let content = try CanonicalJSON.encode(point)
            let name = BackupPointName(moment: point.moment, digest: .sha256(of: content))
            try self.files.write(content, to: name.path)
            return BackupAddition(point: point, chunks: chunks + sink.added, copied: copy.copied)
        }
    }

    private static func copy(_ table: DatabaseTable, of dump: DatabaseDump, to sink: ChunkSink) throws
        -> BackupPoint.Table
    {
        let places = table.key.compactMap { table.columns.firstIndex(of: $0) }
        var writer = SeriesWriter(sink: sink)
        try dump.forEachPage(of: table) { page in
            for row in page {
                try writer.add { bytes in
                    BackupRows.append(row, to: &bytes)
                    return ChunkCutter.mark(row.values, at: places)
                }
            }
        }
        let (rows, digest) = try writer.finish()
        return BackupPoint.Table(name: table.name, columns: table.columns, digest: digest, rows: rows)
    }

    /// Copies the objects that the repository lacks.
    ///
    /// - Parameter known: those that are known to be there; nil when no bytes are wanted.
    private func copy(_ source: ObjectStore?, leavingOut known: Set<Digest>?) throws
        -> (listed: [StoredObject], copied: ObjectCount, unreadable: [Digest])
    {
        var listed: [StoredObject] = []
        try source?.backend.forEach { listed.append(StoredObject(digest: $0.digest, size: $0.size)) }
        listed.sort { $0.digest < $1.digest }
        guard let source, let known else { return (listed, ObjectCount(), []) }
        let store = store
        let lacking = listed.filter { !known.contains($0.digest) }
        let outcomes = try Parallel.map(lacking, atOnce: Self.copiesAtOnce) { try store.copy($0.digest, from: source) }
        var copied = ObjectCount()
        var (unreadable, gone): ([Digest], Set<Digest>) = ([], [])
        for (object, outcome) in zip(lacking, outcomes) {
            switch outcome {
            case .copied: copied.add(object.size)
            case .there: break
            case .damaged: unreadable.append(object.digest)
            // A collection took it since it was listed: nothing names it.
            case .missing: gone.insert(object.digest)
            }
        }
        return (listed.filter { !gone.contains($0.digest) }, copied, unreadable)
    }

    /// Everything that the newest point names, which is taken to be there; nothing when that cannot be read.
    private func newestReferences() throws -> Set<Digest> {
        guard let name = try points().last, let point = try? read(name), let found = try? references(of: point) else {
            return []
        }
        return found
    }
}

extension ObjectStore {
    /// What became of a copy.
    enum CopyOutcome: Sendable {
        case copied, there, damaged, missing
    }

    /// Copies an object from another store, unless it is here; its bytes are checked on the way.
    func copy(_ digest: Digest, from source: ObjectStore) throws -> CopyOutcome {
        if try backend.holds(digest) { return .there }
        do {
            let file = try source.open(digest)
            let writer = try writer()
            try file.forEachBlock { try writer.write($0) }
            _ = try writer.finish(expecting: digest)
            return .copied
        } catch let error as PlatformError {
            switch error.code {
            case .objectCorrupt, .digestMismatch: return .damaged
            case .objectMissing: return .missing
            default: throw error
            }
        }
    }
}
