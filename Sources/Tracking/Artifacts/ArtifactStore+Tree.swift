import Primitives
import Storage

extension ArtifactStore {
    /// The files below a folder as entries of a tree, by path; paths are relative to the folder. A name that is a file gives
    /// that one file. None when nothing is there.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` above `Tree.maximumEntries` files.
    package func entries(below folder: String) async throws -> [TreeEntry] {
        let rows = try await database.read { reader in
            try reader.query(
                "SELECT path, digest, size FROM artifact WHERE path = ? OR (path >= ? AND path < ?) ORDER BY path LIMIT ?",
                [
                    .text(folder), .text(folder + "/"), .text(folder + "0"),
                    .integer(Int64(Tree.maximumEntries) + 1),
                ]
            )
        }
        guard rows.count <= Tree.maximumEntries else {
            throw PlatformError(
                ErrorCode("RESOURCE_EXHAUSTED", .resourceExhausted),
                "'\(folder)' has more than \(Tree.maximumEntries) files."
            )
        }
        return try rows.map { row in
            let path = try row.text("path")
            let relative =
                path == folder
                ? String(path.split(separator: "/").last ?? "") : String(path.dropFirst(folder.count + 1))
            return TreeEntry(
                path: relative,
                digest: try row.digest("digest"),
                size: try row.integer("size"),
                executable: false
            )
        }
    }
}
