import Foundation
import Primitives
import Storage

/// Data sets and their versions: small rows that point at trees in the object store.
package struct DatasetStore: Sendable {
    /// The most versions or data sets that one list returns.
    package static let maximumListed = 1_000

    let database: any Database
    let objects: ObjectStore
    private let time: TimeSource

    /// Makes the store of a database and the object store that its versions point into.
    package init(database: any Database, objects: ObjectStore, time: TimeSource) {
        self.database = database
        self.objects = objects
        self.time = time
    }

    /// Registers a tree as the next version of a data set, or returns the version that has this tree already.
    ///
    /// - Parameters:
    ///   - parent: the version that this one was made from; it must exist.
    ///   - actor: who registers, for the journal.
    /// - Returns: the version, and whether it is new.
    /// - Throws: `invalid_name`, `dataset_invalid`, `dataset_row_invalid`, `dataset_not_found` for the parent,
    ///   `object_missing` and `object_corrupt` for the tree and its files.
    package func register(
        name: String,
        tree: Digest,
        derivedFrom parent: DatasetReference?,
        by actor: String
    ) async throws -> (version: DatasetVersion, isNew: Bool) {
        try Name.check(name, what: "data set")
        if let known = try await versions(tree: tree).first(where: { $0.reference.name == name }) {
            return (known, false)
        }
        if let parent { _ = try await version(parent) }
        let content = try await DatasetContent.read(tree, from: objects)
        let now = time.now()
        return try await database.write { transaction in
            if let known = try Self.load("v.dataset = ? AND v.tree = ?", [.text(name), .digest(tree)], in: transaction)
                .first
            {
                return (known, false)
            }
            try transaction.execute(
                "INSERT INTO dataset (name, created_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                [.text(name), .time(now)]
            )
            let newest = try transaction.first(
                "SELECT COALESCE(MAX(number), 0) AS number FROM dataset_version WHERE dataset = ?",
                [.text(name)]
            )
            let reference = DatasetReference(name: name, number: (try newest?.integer("number") ?? 0) + 1)
            let version = DatasetVersion(reference, content, createdAt: now, createdBy: actor, parent: parent)
            try Self.insert(version, in: transaction)
            try transaction.record(version.createdEvent)
            return (version, true)
        }
    }

    /// One version; without a number the newest.
    ///
    /// - Throws: `dataset_not_found`.
    package func version(name: String, number: Int64?) async throws -> DatasetVersion {
        let found = try await database.read { reader in
            if let number {
                return try Self.load("v.dataset = ? AND v.number = ?", [.text(name), .integer(number)], in: reader)
                    .first
            }
            return try Self.load(
                "v.dataset = ? AND v.number = (SELECT MAX(number) FROM dataset_version WHERE dataset = ?)",
                [.text(name), .text(name)],
                in: reader
            ).first
        }
        if let found { return found }
        let known = try await summaries().map(\.name)
        throw PlatformError(
            .datasetNotFound,
            number.map { "There is no data set version '\(name)@\($0)'." } ?? "There is no data set '\(name)'.",
            nextStep: known.contains(name)
                ? "'aku data show \(name)' lists its versions." : Suggestion.phrase(for: name, among: known),
            context: ["dataset": name]
        )
    }

    /// One version.
    ///
    /// - Throws: `dataset_not_found`.
    package func version(_ reference: DatasetReference) async throws -> DatasetVersion {
        try await version(name: reference.name, number: reference.number)
    }

    /// The versions of a data set, newest first, at most `maximumListed`.
    ///
    /// - Throws: `dataset_not_found`.
    package func versions(of name: String) async throws -> [DatasetVersion] {
        _ = try await version(name: name, number: nil)
        return try await database.read { try Self.load("v.dataset = ?", [.text(name)], in: $0) }
    }

    /// The versions whose tree this is, newest first.
    package func versions(tree: Digest) async throws -> [DatasetVersion] {
        try await database.read { try Self.load("v.tree = ?", [.digest(tree)], in: $0) }
    }

    /// The versions that hold a shard with this digest, newest first.
    package func versions(containing digest: Digest) async throws -> [DatasetVersion] {
        try await database.read { reader in
            try Self.load(
                """
                EXISTS (SELECT 1 FROM dataset_shard s
                        WHERE s.dataset = v.dataset AND s.number = v.number AND s.digest = ?)
                """,
                [.digest(digest)],
                in: reader
            )
        }
    }

    /// Every data set with its newest version's figures, by name, at most `maximumListed`.
    package func summaries() async throws -> [DatasetSummary] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT v.dataset, v.number, v.row_count, v.byte_count, v.licence, v.created_at FROM dataset_version v
                WHERE v.number = (SELECT MAX(number) FROM dataset_version n WHERE n.dataset = v.dataset)
                ORDER BY v.dataset LIMIT \(Self.maximumListed)
                """
            ).map(DatasetSummary.init(row:))
        }
    }
}
