import Foundation
import Primitives
import Storage

/// One name in a folder of artifacts.
package struct ArtifactEntry: Sendable, Hashable {
    /// The name, without its folder.
    package let name: String
    /// Whether other artifacts are below it.
    package let isFolder: Bool
    /// Bytes; nil for a folder.
    package let size: Int64?
}

/// Keeps the names of artifacts; their bytes are in the object store under their SHA-256.
package struct ArtifactStore: Sendable {
    let database: any Database
    /// Where the bytes are.
    package let objects: ObjectStore
    let time: TimeSource
    /// Looks at an object before it gets a name, and throws to refuse it.
    private let inspect: (@Sendable (StoredObject, String) async throws -> Void)?

    /// The most entries in one listing.
    package static let maximumEntries = 100_000

    /// Makes a store.
    ///
    /// - Parameter inspect: looks at an object that a client uploaded before it gets its path, and throws to refuse it.
    package init(
        database: any Database,
        objects: ObjectStore,
        time: TimeSource = .system,
        inspect: (@Sendable (StoredObject, String) async throws -> Void)? = nil
    ) {
        self.database = database
        self.objects = objects
        self.time = time
        self.inspect = inspect
    }

    /// Names an object. A name that is there already now means the new object.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when the name is a folder, or lies below a file; what the inspection throws.
    package func name(_ object: StoredObject, _ path: String) async throws {
        guard !path.isEmpty else { throw PlatformError.mlflowInvalid("Invalid path") }
        try await inspect?(object, path)
        let now = time.now()
        try await database.write { transaction in
            try Self.requireFree(path, transaction)
            try transaction.execute(
                "INSERT INTO artifact (path, digest, size, created_at) VALUES (?, ?, ?, ?) "
                    + "ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, size = excluded.size, "
                    + "created_at = excluded.created_at",
                [.text(path), .digest(object.digest), .integer(object.size), .time(now)]
            )
        }
    }

    /// Names every file of a tree, in one transaction. Names that are there already are left alone.
    package func name(tree: Tree, below folder: String) async throws {
        let now = time.now()
        try await database.write { transaction in
            for entry in tree.entries {
                try transaction.execute(
                    "INSERT INTO artifact (path, digest, size, created_at) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO NOTHING",
                    [.text("\(folder)/\(entry.path)"), .digest(entry.digest), .integer(entry.size), .time(now)]
                )
            }
        }
    }

    /// The object that a path names.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func object(at path: String) async throws -> StoredObject {
        let row = try await database.read { reader in
            try reader.first("SELECT digest, size FROM artifact WHERE path = ?", [.text(path)])
        }
        guard let row else { throw PlatformError.mlflowMissing("No such artifact: '\(path)'") }
        return StoredObject(digest: try row.digest("digest"), size: try row.integer("size"))
    }

    /// Forgets the artifact at a path, or all below it. Objects go when nothing names them any more.
    ///
    /// - Returns: how many names went.
    package func delete(_ path: String) async throws -> Int {
        let (low, high) = Self.range(below: path)
        return try await database.write { transaction in
            try transaction.execute(
                "DELETE FROM artifact WHERE path = ? OR (path >= ? AND path < ?)",
                [.text(path), .text(low), .text(high)]
            )
        }
    }

    /// The names directly in a folder, sorted; none for a folder that is not there.
    package func list(_ folder: String) async throws -> [ArtifactEntry] {
        let (low, high) = Self.range(below: folder)
        return try await database.read { reader in
            var entries: [ArtifactEntry] = []
            var cursor = low
            // One step a name, not one a file: below a folder that was seen, the next step jumps past it.
            while entries.count < Self.maximumEntries {
                let row = try reader.first(
                    "SELECT path, size FROM artifact WHERE path >= ? AND path < ? ORDER BY path LIMIT 1",
                    [.text(cursor), .text(high)]
                )
                guard let row else { break }
                let path = try row.text("path")
                let rest = path.dropFirst(low.count)
                if let slash = rest.firstIndex(of: "/") {
                    let name = String(rest[..<slash])
                    entries.append(ArtifactEntry(name: name, isFolder: true, size: nil))
                    cursor = low + name + "0"
                } else {
                    entries.append(ArtifactEntry(name: String(rest), isFolder: false, size: try row.integer("size")))
                    cursor = path + "\u{1}"
                }
            }
            return entries.sorted { $0.name < $1.name }
        }
    }

    /// Names below a folder sort between `folder/` and `folder0`, since `0` follows `/`.
    private static func range(below folder: String) -> (low: String, high: String) {
        folder.isEmpty ? ("", "\u{10FFFF}") : (folder + "/", folder + "0")
    }

    /// A file cannot stand where a folder is, nor below a file.
    static func requireFree(_ path: String, _ transaction: any SQLTransaction) throws {
        let (low, high) = range(below: path)
        let below = try transaction.first(
            "SELECT path FROM artifact WHERE path >= ? AND path < ? LIMIT 1",
            [.text(low), .text(high)]
        )
        if below != nil {
            throw PlatformError.mlflowInvalid("'\(path)' is a folder of artifacts; a file cannot replace it.")
        }
        var parent = path
        while let slash = parent.lastIndex(of: "/") {
            parent = String(parent[..<slash])
            if try transaction.first("SELECT path FROM artifact WHERE path = ?", [.text(parent)]) != nil {
                throw PlatformError.mlflowInvalid("'\(parent)' is an artifact; nothing can be put below it.")
            }
        }
    }
}
