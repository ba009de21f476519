import Foundation
import Primitives

extension ErrorCode {
    /// A folder or bucket is no backup repository, or one of another version.
    package static let repositoryInvalid = ErrorCode("repository_invalid", .failedPrecondition)
    /// No point of the repository answers the question.
    package static let backupPointMissing = ErrorCode("backup_point_missing", .notFound)
}

/// Many moments of one platform in one folder or bucket; what did not change between two of them is there once.
///
/// Layout, the same in both: `repository.json` says what it is; chunks and objects lie under their SHA-256 as in an object
/// store; `points/<moment>_<SHA-256>.json` is one moment, and names everything that it needs. A point is written last, in
/// one step: a backup that ends early, however it ends, leaves chunks that no point names and that `prune` removes.
package struct BackupRepository: Sendable {
    /// What `repository.json` holds.
    private struct Head: Codable, Equatable {
        let format: String
        static let current = Head(format: "aku.repository/1")
    }

    private static let headPath = "repository.json"
    /// A bucket's chunks on this machine, at most.
    private static let cacheBytes: Int64 = 256 << 20

    /// Where it is, for people.
    package let place: String
    let store: ObjectStore
    let files: any RepositoryFiles

    /// Opens a repository in a folder.
    ///
    /// - Parameter creating: whether to make it where there is nothing yet.
    /// - Throws: `repository_invalid` where something else is, or nothing; `file_failed`.
    package init(folder path: String, creating: Bool) throws {
        let there = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        guard there.contains(Self.headPath) || (creating && Set(there).isSubset(of: ["tmp", "aside"])) else {
            throw Self.invalid(path, there.isEmpty ? "has nothing in it" : "has other things in it")
        }
        let folder = try ObjectFolder(root: path)
        store = ObjectStore(backend: FileObjects(folder: folder))
        files = FolderFiles(folder: folder)
        place = path
        try checkHead(creating: creating)
    }

    /// Opens a repository in a bucket.
    ///
    /// - Parameters:
    ///   - cache: a private folder of this machine for what is on its way.
    ///   - creating: whether to make it where there is nothing yet.
    /// - Throws: `repository_invalid`; what S3 throws.
    package init(bucket: S3Location, cache: String, environment: [String: String], creating: Bool) throws {
        let objects = S3Objects(
            location: bucket,
            credentials: try S3Credentials.find(environment: environment),
            folder: try ObjectFolder(root: cache),
            time: .system,
            cacheBytes: Self.cacheBytes
        )
        try self.init(objects: objects, creating: creating)
    }

    init(objects: S3Objects, creating: Bool) throws {
        store = ObjectStore(backend: objects)
        files = BucketFiles(objects: objects)
        place = "\(objects.client.location)"
        try checkHead(creating: creating)
    }

    /// The points, oldest first.
    package func points() throws -> [BackupPointName] {
        try files.names(in: BackupPointName.folder).compactMap(BackupPointName.init).sorted()
    }

    /// The newest point whose moment is not after another.
    ///
    /// - Parameter moment: nil for the newest of all.
    /// - Throws: `backup_point_missing` that says which is the oldest.
    package func point(notAfter moment: Timestamp?) throws -> BackupPointName {
        let all = try points()
        if let found = all.last(where: { name in moment.map { name.moment <= $0 } ?? true }) { return found }
        guard let moment, let oldest = all.first else {
            throw PlatformError(
                .backupPointMissing,
                "The repository \(place) has no point yet.",
                nextStep: "Take one: aku backup --to \(place)"
            )
        }
        throw PlatformError(
            .backupPointMissing,
            "The repository \(place) has no point at or before \(moment); the oldest is of \(oldest.moment).",
            nextStep: "Give --at \(oldest.moment) or later; 'aku backup list --to \(place)' shows every point.",
            context: ["oldest": oldest.moment.description]
        )
    }

    /// Reads a point.
    ///
    /// - Throws: `backup_corrupt` that names it; `backup_point_missing` when it was removed meanwhile.
    package func read(_ name: BackupPointName) throws -> BackupPoint {
        guard let data = try files.read(name.path) else {
            throw PlatformError(.backupPointMissing, "The point \(name.path) is gone.", nextStep: "List them again.")
        }
        guard Digest.sha256(of: data) == name.digest,
            let point = try? CanonicalJSON.decode(BackupPoint.self, from: data, what: "point"),
            point.format == BackupPoint.currentFormat
        else {
            throw PlatformError(
                .backupCorrupt,
                "The point \(name.path) of \(place) is damaged, or of another version.",
                nextStep: "Use another point. To go on without this one, remove that file."
            )
        }
        return point
    }

    /// Runs blocking work on a thread of its own.
    func blocking<T: Sendable>(_ work: @escaping @Sendable (BackupRepository) throws -> T) async throws -> T {
        try await store.blocking { _ in try work(self) }
    }

    private func checkHead(creating: Bool) throws {
        if let data = try files.read(Self.headPath) {
            guard (try? CanonicalJSON.decode(Head.self, from: data)) == Head.current else {
                throw Self.invalid(place, "is a repository of another version")
            }
        } else {
            guard creating else { throw Self.invalid(place, "has no \(Self.headPath)") }
            try files.write(CanonicalJSON.encode(Head.current), to: Self.headPath)
        }
    }

    private static func invalid(_ place: String, _ problem: String) -> PlatformError {
        PlatformError(
            .repositoryInvalid,
            "'\(place)' is no backup repository: it \(problem).",
            nextStep: "Name one that 'aku backup --to' made, or an empty place for a new one."
        )
    }
}
