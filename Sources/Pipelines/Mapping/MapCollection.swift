import Primitives
import Storage

/// What the instances of a mapped task wrote, to be taken together: each output becomes a folder in which every
/// instance's file or folder lies under its key.
struct MapCollection: Sendable {
    /// Rows that are read at one time.
    private static let rowsAtOnce: Int64 = 10_000

    let run: String
    let task: String
    let attempt: Int
    let outputs: [String]
    /// Nil where they are not known any more and are read again.
    let items: MapItems?
    let reading: MapReading

    /// Collects.
    ///
    /// - Throws: `tree_invalid` for more files than a folder may have; `object_missing`; what reading the database throws.
    func collect(_ database: any Database, _ objects: ObjectStore) async throws -> [TaskOutput] {
        let items: MapItems
        if let known = self.items { items = known } else { items = try await objects.blocking(reading.items) }
        var out: [TaskOutput] = []
        for name in outputs {
            var entries: [TreeEntry] = []
            entries.reserveCapacity(items.count)
            for begin in stride(from: Int64(0), to: Int64(items.count), by: Int(Self.rowsAtOnce)) {
                entries += try await rows(name, of: items, from: begin, database, objects)
            }
            let all = entries
            let stored = try await objects.blocking { objects in try objects.put(tree: Tree(entries: all)) }
            out.append(TaskOutput(name: name, digest: stored.digest, kind: .tree, bytes: stored.tree.bytes))
        }
        return out
    }

    private func rows(
        _ name: String,
        of items: MapItems,
        from begin: Int64,
        _ database: any Database,
        _ objects: ObjectStore
    ) async throws -> [TreeEntry] {
        let (run, task) = (run, task)
        let outputs = try await database.read { reader in
            try reader.query(
                """
                SELECT t.map_index, o.digest, o.kind, o.bytes FROM pipeline_task t
                JOIN pipeline_output o ON o.run_id = t.run_id AND o.task = t.task AND o.name = ?
                WHERE t.run_id = ? AND t.parent = ? AND t.map_index >= ? AND t.map_index < ? ORDER BY t.map_index
                """,
                [.text(name), .text(run), .text(task), .integer(begin), .integer(begin + Self.rowsAtOnce)]
            ).map { row in
                (
                    key: items.key(Int(try row.integer("map_index"))),
                    output: TaskOutput(
                        name: name,
                        digest: try row.digest("digest"),
                        kind: OutputKind(rawValue: try row.text("kind")) ?? .file,
                        bytes: try row.integer("bytes")
                    )
                )
            }
        }
        return try outputs.flatMap { key, output -> [TreeEntry] in
            guard output.kind == .tree else {
                return [TreeEntry(path: key, digest: output.digest, size: output.bytes, executable: false)]
            }
            return try objects.tree(output.digest).entries.map { entry in
                TreeEntry(
                    path: "\(key)/\(entry.path)",
                    digest: entry.digest,
                    size: entry.size,
                    executable: entry.executable
                )
            }
        }
    }
}
