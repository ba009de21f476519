import Foundation
import Primitives
import Storage

/// What a tree in the object store says about itself as a data set. The server reads it from the stored bytes, so that a
/// version's rows, digests and provenance are those of its content and not those that somebody claimed.
struct DatasetContent: Sendable {
    let tree: Digest
    let description: DatasetDescription
    let provenance: JSONValue
    let bytes: Int64
    let shards: [DatasetShard]

    /// Reads a tree: its description, its provenance, and every row of every shard.
    ///
    /// - Throws: `dataset_invalid`, `dataset_row_invalid`, `dataset_row_too_large`, `invalid_utf8`, `object_missing`,
    ///   `object_corrupt`.
    static func read(_ tree: Digest, from objects: ObjectStore) async throws -> DatasetContent {
        let stored = try objects.tree(tree)
        let shardEntries = stored.entries.filter { $0.path.hasSuffix(".jsonl") }
        guard let document = stored.entries.first(where: { $0.path == DatasetDescription.fileName }),
            (1...DatasetFolder.maximumShards).contains(shardEntries.count)
        else {
            throw PlatformError(
                .datasetInvalid,
                "Tree \(tree.short) is no data set: it needs \(DatasetDescription.fileName) and 1 to "
                    + "\(DatasetFolder.maximumShards) shards (*.jsonl).",
                context: ["tree": tree.description]
            )
        }
        let limit = DatasetDescription.maximumBytes
        let description = try DatasetDescription(objects.data(document.digest, upTo: limit))
        var provenance = JSONValue.null
        if let entry = stored.entries.first(where: { $0.path == DatasetDescription.provenanceName }) {
            provenance = try CanonicalJSON.decode(
                JSONValue.self,
                from: objects.data(entry.digest, upTo: limit),
                what: entry.path
            )
        }
        var shards: [DatasetShard] = []
        for entry in shardEntries { shards.append(try await shard(entry, from: objects)) }
        return DatasetContent(
            tree: tree,
            description: description,
            provenance: provenance,
            bytes: stored.bytes,
            shards: shards
        )
    }

    private static func shard(_ entry: TreeEntry, from objects: ObjectStore) async throws -> DatasetShard {
        var lines = LineSplitter(name: entry.path)
        var rows: Int64 = 0
        var languages: Set<[UInt8]> = []
        func count(_ batch: [ShardLine]) throws {
            for line in batch {
                rows += 1
                do {
                    let row = try RowParser.parse(line.bytes)
                    guard languages.count < 2, let language = row.string(RowCleaner.languageField) else { continue }
                    languages.insert(language)
                } catch {
                    throw error.located(file: entry.path, line: line.number)
                }
            }
        }
        for try await block in objects.stream(entry.digest) { try count(lines.add(block)) }
        try count(lines.finish())
        let language =
            switch languages.count {
            case 0: "und"
            case 1: languages.first.map { String(decoding: $0, as: UTF8.self) } ?? "und"
            default: "mul"
            }
        return DatasetShard(path: entry.path, digest: entry.digest, rows: rows, bytes: entry.size, language: language)
    }
}
