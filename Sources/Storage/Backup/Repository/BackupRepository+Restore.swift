import Foundation
import Primitives

extension BackupRepository {
    /// Copies at once.
    private static let copiesAtOnce = 4

    /// What a restore did with the objects.
    package struct ObjectsRestored: Sendable, Codable {
        /// Objects that the target lacked, with their bytes.
        package var copied = ObjectCount()
        /// Objects that neither has, or that are damaged in the repository.
        package var missing: [Digest] = []
    }

    /// Reads every chunk of a point and checks it; nothing is changed.
    ///
    /// - Throws: `backup_corrupt` that names the chunk.
    package func examined(_ point: BackupPoint) async throws { try await blocking { try $0.examine(point) } }

    func examine(_ point: BackupPoint) throws {
        for table in point.tables {
            var (count, hash) = (Int64(0), SHA256Stream())
            try forEachChunk(of: table.rows, in: "the table '\(table.name)'", of: point) { chunk, reference in
                count += reference.count
                hash.update(chunk)
            }
            guard count == table.rows.count, hash.finalize() == table.digest else {
                throw Self.corrupt(point, "the rows of the table '\(table.name)' are not those that were backed up")
            }
        }
        try forEachObject(of: point) { _ in }
        for file in point.files { _ = try chunk(file.object.digest, in: "the file '\(file.name)'", of: point) }
    }

    /// Fills an empty database from a point and checks that every row and the journal's root are those of the point.
    ///
    /// - Parameters:
    ///   - open: opens the target with exactly these steps of the schema.
    ///   - place: stores a file of the data folder; called once each after the rows are durable.
    /// - Throws: `backup_corrupt`, `database_newer`, `migration_changed`, `database_not_empty`, `restore_differs`.
    package func restore(
        _ point: BackupPoint,
        open: ([Migration]) throws -> any DatabaseEngine,
        place: (_ name: String, _ content: Data) throws -> Void
    ) async throws {
        try await examined(point)
        let target = try open(Backup.steps(of: point.manifest))
        try await target.write { transaction in
            let load = try DatabaseLoad(transaction, target.kind)
            for table in point.tables {
                try load.begin(BackupTableHead(name: table.name, columns: table.columns))
                try forEachChunk(of: table.rows, in: "the table '\(table.name)'", of: point) { chunk, _ in
                    try load.add(chunk)
                }
            }
            try load.finish()
        }
        try await Backup.check(target, against: point.report)
        for file in point.files {
            try place(file.name, chunk(file.object.digest, in: "the file '\(file.name)'", of: point))
        }
    }

    /// Copies the objects of a point that a store lacks; each is checked on its way.
    ///
    /// - Throws: `backup_corrupt` when the list is damaged; what the target throws.
    package func restoredObjects(of point: BackupPoint, to target: ObjectStore) async throws -> ObjectsRestored {
        try await blocking { try $0.restoreObjects(of: point, to: target) }
    }

    private func restoreObjects(of point: BackupPoint, to target: ObjectStore) throws -> ObjectsRestored {
        var listed: [StoredObject] = []
        try forEachObject(of: point) { listed.append($0) }
        let source = store
        let outcomes = try Parallel.map(listed, atOnce: Self.copiesAtOnce) { object in
            point.hasObjectBytes
                ? try target.copy(object.digest, from: source)
                : try target.missing([object.digest]).isEmpty ? ObjectStore.CopyOutcome.there : .missing
        }
        var result = ObjectsRestored()
        for (object, outcome) in zip(listed, outcomes) {
            switch outcome {
            case .copied: result.copied.add(object.size)
            case .there: break
            case .damaged, .missing: result.missing.append(object.digest)
            }
        }
        return result
    }

    /// Every object in a point's list, in order.
    func forEachObject(of point: BackupPoint, _ body: (StoredObject) throws -> Void) throws {
        try forEachChunk(of: point.objects, in: "the list of objects", of: point) { chunk, reference in
            guard let objects = ObjectListing.all(chunk) else {
                throw Self.corrupt(point, "the chunk \(reference.digest) is no part of a list of objects")
            }
            try objects.forEach(body)
        }
    }

    /// Everything that a point names: chunks, index blocks, files, and objects where their bytes are here.
    func references(of point: BackupPoint) throws -> Set<Digest> {
        var all = Set(point.files.map(\.object.digest))
        for series in point.tables.map(\.rows) + [point.objects] {
            all.formUnion(series.index)
            for block in series.index {
                all.formUnion(try references(in: block, in: "an index", of: point).map(\.digest))
            }
        }
        if point.hasObjectBytes {
            let lost = Set(point.unreadable)
            try forEachObject(of: point) { if !lost.contains($0.digest) { all.insert($0.digest) } }
        }
        return all
    }

    private func forEachChunk(
        of series: BackupPoint.Series,
        in part: String,
        of point: BackupPoint,
        _ body: (Data, ChunkReference) throws -> Void
    ) throws {
        for block in series.index {
            for reference in try references(in: block, in: part, of: point) {
                try body(chunk(reference.digest, in: part, of: point), reference)
            }
        }
    }

    private func references(in block: Digest, in part: String, of point: BackupPoint) throws -> [ChunkReference] {
        guard let found = ChunkReference.all(try chunk(block, in: part, of: point)) else {
            throw Self.corrupt(point, "the chunk \(block) is no index of \(part)")
        }
        return found
    }

    private func chunk(_ digest: Digest, in part: String, of point: BackupPoint) throws -> Data {
        do {
            return try store.data(digest, upTo: BackupRecord.maximumBytes)
        } catch let error as PlatformError where error.code == .objectCorrupt || error.code == .objectMissing {
            let range = error.context["first_byte"].flatMap { first in
                error.context["end_byte"].map { " (bytes \(first)..<\($0))" }
            }
            let problem = error.code == .objectMissing ? "missing" : "damaged\(range ?? "")"
            throw Self.corrupt(point, "the chunk \(digest) of \(part) is \(problem)", ["chunk": digest.description])
        }
    }

    static func corrupt(_ point: BackupPoint, _ problem: String, _ context: [String: String] = [:]) -> PlatformError {
        PlatformError(
            .backupCorrupt,
            "The point of \(point.moment) cannot be used: \(problem).",
            nextStep:
                "Use another point. While the platform still has the rows, 'aku backup --full' writes the chunk anew.",
            context: context
        )
    }
}
