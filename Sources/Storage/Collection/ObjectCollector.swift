import Foundation
import Primitives

extension ErrorCode {
    /// Another collection is at work.
    package static let collectionRunning = ErrorCode("collection_running", .conflict)
    /// A tree that the database names cannot be read, so that nobody knows what it names.
    package static let collectionUnsafe = ErrorCode("collection_unsafe", .failedPrecondition)
}

/// Removes objects that nothing names, in two steps with a grace period before each.
///
/// 1. An object that was not used for the grace period (written, or asked for by somebody who may be about to name it) and
///    that the database does not name is set aside. Whoever asks for it brings it back.
/// 2. What was set aside a grace period ago and is still not named is removed for good. What is named again is brought back.
///
/// So an object goes only after two looks at the database, a grace period apart, found it unnamed, and nobody used it in
/// between. Whoever puts an object or asks whether it is there names it within half the grace period, and is safe against
/// every interleaving: in the worst one the object is set aside at the very moment, and read from there.
package struct ObjectCollector: Sendable {
    /// The grace period unless told otherwise: a day.
    package static let standardGraceSeconds: Int64 = 24 * 3600
    /// A collection that says nothing for this long has died.
    private static let leaseMilliseconds: Int64 = 2 * 3600 * 1000

    private let database: any Database
    private let objects: ObjectStore
    private let time: TimeSource
    private let identifiers: IdentifierSource

    /// Makes a collector.
    package init(database: any Database, objects: ObjectStore, time: TimeSource, identifiers: IdentifierSource) {
        self.database = database
        self.objects = objects
        self.time = time
        self.identifiers = identifiers
    }

    /// Looks at everything; changes nothing unless `apply` is true.
    ///
    /// - Parameter actor: who asked, for the journal.
    /// - Throws: `collection_running`; `collection_unsafe` when a tree that the database names cannot be read;
    ///   `invalid_argument` for a grace period that the backend is too coarse for.
    package func collect(apply: Bool, graceMilliseconds: Int64, actor: String) async throws -> CollectionReport {
        guard graceMilliseconds >= 0, !apply || graceMilliseconds >= objects.backend.minimumGraceSeconds * 1000 else {
            throw PlatformError(
                .invalidArgument,
                "A grace period of \(graceMilliseconds / 1000) seconds is too short for this store.",
                nextStep: "Give at least \(objects.backend.minimumGraceSeconds) seconds."
            )
        }
        let holder = identifiers()
        if apply { try await takeLease(holder) }
        do {
            let report = try await look(apply: apply, grace: graceMilliseconds)
            if apply { try await finish(holder, report, actor) }
            return report
        } catch {
            if apply { try await dropLease(holder) }
            throw error
        }
    }

    private func look(apply: Bool, grace: Int64) async throws -> CollectionReport {
        let began = time.now()
        let limit = began.advanced(byMilliseconds: -grace)
        let objects = objects
        // The listings come before the look at the database: what is named meanwhile is seen by that look.
        let (listed, aside) = try await objects.blocking { store in
            var listed: [ListedObject] = []
            try store.backend.forEach { listed.append($0) }
            return (listed, try store.backend.aside())
        }
        let named = try await reachable()
        return try await objects.blocking { store in
            var report = CollectionReport(applied: apply, graceSeconds: grace / 1000)
            for object in listed {
                report.stored.add(object.size)
                if named.contains(object.digest) {
                    report.named.add(object.size)
                } else if object.usedAt >= limit {
                    report.recent.add(object.size)
                } else if try !apply || store.backend.setAside(object.digest, unlessUsedSince: limit) {
                    report.setAside.add(object.size)
                } else {
                    report.recent.add(object.size)
                }
            }
            for object in aside {
                if named.contains(object.digest) {
                    if apply { _ = try store.backend.restore(object.digest) }
                    report.restored.add(object.size)
                } else if object.usedAt >= limit {
                    report.waiting.add(object.size)
                } else {
                    if apply { try store.backend.discard(object.digest) }
                    report.removed.add(object.size)
                }
            }
            return report
        }
    }

    /// Every object that the database names, by itself or through a tree.
    private func reachable() async throws -> Set<Digest> {
        let roots = try await database.read { try ObjectReferences.roots($0) }
        return try await objects.blocking { store in
            var all = roots.files.union(roots.trees).union(roots.unknown)
            for digest in roots.trees { all.formUnion(try files(of: digest, in: store)) }
            for digest in roots.unknown.subtracting(roots.trees) where try store.mayBeTree(digest) {
                all.formUnion(try files(of: digest, in: store))
            }
            return all
        }
    }

    private func files(of digest: Digest, in store: ObjectStore) throws -> [Digest] {
        do {
            return try store.tree(digest).entries.map(\.digest)
        } catch let error as PlatformError where error.code.kind != .unavailable {
            throw PlatformError(
                .collectionUnsafe,
                "The tree \(digest) cannot be read, so that the files it names are not known: \(error.message)",
                nextStep: "Run 'aku verify', and restore what is damaged or missing; nothing was removed.",
                context: ["digest": digest.description, "cause": error.code.name]
            )
        }
    }

    private func takeLease(_ holder: String) async throws {
        let now = time.now()
        let taken = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO object_collection (id, holder, expires_at) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE "
                    + "SET holder = excluded.holder, expires_at = excluded.expires_at "
                    + "WHERE object_collection.expires_at <= ?",
                [.text(holder), .time(now.advanced(byMilliseconds: Self.leaseMilliseconds)), .time(now)]
            )
        }
        guard taken == 1 else {
            throw PlatformError(
                .collectionRunning,
                "A collection is under way.",
                nextStep: "Wait for it to end; one that died is forgotten after two hours."
            )
        }
    }

    private func dropLease(_ holder: String) async throws {
        _ = try await database.write { transaction in
            try transaction.execute("DELETE FROM object_collection WHERE holder = ?", [.text(holder)])
        }
    }

    private func finish(_ holder: String, _ report: CollectionReport, _ actor: String) async throws {
        let body = try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(report), what: "report")
        try await database.write { transaction in
            try transaction.execute("DELETE FROM object_collection WHERE holder = ?", [.text(holder)])
            try transaction.record(
                JournalEvent(kind: "objects.collected", subject: "objects/store", actor: actor, body: body)
            )
        }
    }
}

extension ObjectStore {
    /// What a tree's canonical JSON begins with.
    private static let treeBeginning = Data(#"{"entries":["#.utf8)

    /// Whether an object begins as a tree does; false when there is none.
    fileprivate func mayBeTree(_ digest: Digest) throws -> Bool {
        do {
            guard try size(digest) <= Int64(Tree.maximumBytes) else { return false }
            return try open(digest).read(Self.treeBeginning.count, at: 0) == Self.treeBeginning
        } catch let error as PlatformError where error.code == .objectMissing {
            return false
        }
    }
}
