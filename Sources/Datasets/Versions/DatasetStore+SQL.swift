import Primitives
import Storage

extension DatasetStore {
    /// Versions that a condition over `dataset_version v` selects, newest first, each with its shards.
    static func load(_ condition: String, _ arguments: [SQLValue], in reader: any SQLReader) throws -> [DatasetVersion]
    {
        try reader.query(
            """
            SELECT v.dataset, v.number, v.tree, v.created_at, v.created_by, v.licence, v.source, v.schema, v.tags,
                   v.provenance, v.row_count, v.byte_count, v.parent_dataset, v.parent_number
            FROM dataset_version v WHERE \(condition)
            ORDER BY v.created_at DESC, v.number DESC LIMIT \(maximumListed)
            """,
            arguments
        ).map { row in
            let shards = try reader.query(
                """
                SELECT path, digest, row_count, byte_count, language FROM dataset_shard
                WHERE dataset = ? AND number = ? ORDER BY path
                """,
                [.text(row.text("dataset")), .integer(row.integer("number"))]
            )
            return try DatasetVersion(row: row, shards: shards.map(DatasetShard.init(row:)))
        }
    }

    static func insert(_ version: DatasetVersion, in transaction: any SQLTransaction) throws {
        let key: [SQLValue] = [.text(version.reference.name), .integer(version.reference.number)]
        try transaction.execute(
            """
            INSERT INTO dataset_version (dataset, number, tree, created_at, created_by, licence, source, schema, tags,
                                         provenance, row_count, byte_count, parent_dataset, parent_number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            key + [
                .digest(version.tree), .time(version.createdAt), .text(version.createdBy), .text(version.licence),
                .json(version.source), .json(version.schema), .json(version.tags), .json(version.provenance),
                .integer(version.rows), .integer(version.bytes), .optional(version.parent?.name),
                .optional(version.parent?.number),
            ]
        )
        for shard in version.shards {
            try transaction.execute(
                """
                INSERT INTO dataset_shard (dataset, number, path, digest, row_count, byte_count, language)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                key + [
                    .text(shard.path), .digest(shard.digest), .integer(shard.rows), .integer(shard.bytes),
                    .text(shard.language),
                ]
            )
        }
    }
}

extension DatasetVersion {
    init(
        _ reference: DatasetReference,
        _ content: DatasetContent,
        createdAt: Timestamp,
        createdBy: String,
        parent: DatasetReference?
    ) {
        self.init(
            reference: reference,
            tree: content.tree,
            createdAt: createdAt,
            createdBy: createdBy,
            licence: content.description.licence,
            source: content.description.source,
            schema: content.description.schema,
            tags: content.description.tags,
            provenance: content.provenance,
            rows: content.shards.reduce(0) { $0 + $1.rows },
            bytes: content.bytes,
            parent: parent,
            shards: content.shards
        )
    }

    init(row: SQLRow, shards: [DatasetShard]) throws {
        let parent = try row.optionalText("parent_dataset")
        let parentNumber = try row.optionalInteger("parent_number")
        try self.init(
            reference: DatasetReference(name: row.text("dataset"), number: row.integer("number")),
            tree: row.digest("tree"),
            createdAt: row.time("created_at"),
            createdBy: row.text("created_by"),
            licence: row.text("licence"),
            source: row.json("source", as: JSONValue.self),
            schema: row.json("schema", as: JSONValue.self),
            tags: row.json("tags", as: JSONValue.self),
            provenance: row.json("provenance", as: JSONValue.self),
            rows: row.integer("row_count"),
            bytes: row.integer("byte_count"),
            parent: parent.flatMap { name in parentNumber.map { DatasetReference(name: name, number: $0) } },
            shards: shards
        )
    }

    /// The event that says that this version is new.
    var createdEvent: JournalEvent {
        var body: [String: JSONValue] = [
            "version": .integer(reference.number), "tree": .string(tree.description), "rows": .integer(rows),
            "shards": .integer(Int64(shards.count)), "licence": .string(licence),
        ]
        if let parent { body["derived_from"] = .string(parent.description) }
        return JournalEvent(
            kind: "dataset.version.created",
            subject: "dataset/\(reference.name)",
            actor: createdBy,
            body: .object(body)
        )
    }
}

extension DatasetShard {
    init(row: SQLRow) throws {
        try self.init(
            path: row.text("path"),
            digest: row.digest("digest"),
            rows: row.integer("row_count"),
            bytes: row.integer("byte_count"),
            language: row.text("language")
        )
    }
}

extension DatasetSummary {
    init(row: SQLRow) throws {
        try self.init(
            name: row.text("dataset"),
            versions: row.integer("number"),
            rows: row.integer("row_count"),
            bytes: row.integer("byte_count"),
            licence: row.text("licence"),
            updatedAt: row.time("created_at")
        )
    }
}
