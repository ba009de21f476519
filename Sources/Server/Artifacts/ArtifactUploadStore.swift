import Foundation
import Primitives
import Storage

/// An upload in parts that has begun.
struct ArtifactUpload: Sendable, Equatable {
    let id: String
    /// The artifact's path.
    let path: String
    /// How many parts were announced.
    let parts: Int
    /// The bucket's name for it; nil when parts come to this server.
    let remote: String?
}

/// Remembers uploads in parts and the parts that have come; the parts are objects.
struct ArtifactUploadStore: Sendable {
    /// The most parts of an upload, as in S3.
    static let maximumParts = 10_000
    /// An upload that is not complete after this long is forgotten.
    static let lifetimeSeconds: Int64 = 24 * 3600
    /// Uploads that are forgotten at a time.
    private static let forgottenAtOnce = 100

    let database: any Database
    let time: TimeSource

    func begin(_ upload: ArtifactUpload, actor: String) async throws {
        let now = time.now()
        _ = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO artifact_upload (upload_id, path, parts, remote_id, actor, created_at, expires_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(upload.id), .text(upload.path), .integer(Int64(upload.parts)), .optional(upload.remote),
                    .text(actor), .time(now), .time(now.advanced(byMilliseconds: Self.lifetimeSeconds * 1000)),
                ]
            )
        }
    }

    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    func upload(_ id: String) async throws -> ArtifactUpload {
        let now = time.now()
        let row = try await database.read { reader in
            try reader.first(
                "SELECT path, parts, remote_id FROM artifact_upload WHERE upload_id = ? AND expires_at > ?",
                [.text(id), .time(now)]
            )
        }
        guard let row else { throw PlatformError.mlflowMissing("No upload '\(id.prefix(100))' is under way") }
        return ArtifactUpload(
            id: id,
            path: try row.text("path"),
            parts: Int(try row.integer("parts")),
            remote: try row.optionalText("remote_id")
        )
    }

    /// Notes a part that has come; a part that came before is replaced.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` when the upload ended meanwhile.
    func add(_ part: Int, _ object: StoredObject, to id: String) async throws {
        try await database.write { transaction in
            guard try transaction.first("SELECT parts FROM artifact_upload WHERE upload_id = ?", [.text(id)]) != nil
            else {
                throw PlatformError.mlflowMissing("No upload '\(id.prefix(100))' is under way")
            }
            try transaction.execute(
                "INSERT INTO artifact_upload_part (upload_id, part, digest, size) VALUES (?, ?, ?, ?) "
                    + "ON CONFLICT (upload_id, part) DO UPDATE SET digest = excluded.digest, size = excluded.size",
                [.text(id), .integer(Int64(part)), .digest(object.digest), .integer(object.size)]
            )
        }
    }

    /// The digests of the parts that have come, by number.
    func parts(of id: String) async throws -> [Int: Digest] {
        let rows = try await database.read { reader in
            try reader.query("SELECT part, digest FROM artifact_upload_part WHERE upload_id = ?", [.text(id)])
        }
        var parts: [Int: Digest] = [:]
        for row in rows { parts[Int(try row.integer("part"))] = try row.digest("digest") }
        return parts
    }

    func forget(_ id: String) async throws {
        try await database.write { transaction in
            try transaction.execute("DELETE FROM artifact_upload_part WHERE upload_id = ?", [.text(id)])
            try transaction.execute("DELETE FROM artifact_upload WHERE upload_id = ?", [.text(id)])
        }
    }

    /// Forgets uploads that nobody completed.
    ///
    /// - Returns: those that a bucket must be told of.
    func forgetExpired() async throws -> [ArtifactUpload] {
        let now = time.now()
        return try await database.write { transaction in
            let rows = try transaction.query(
                "SELECT upload_id, path, parts, remote_id FROM artifact_upload WHERE expires_at <= ? "
                    + "ORDER BY expires_at LIMIT ?",
                [.time(now), .integer(Int64(Self.forgottenAtOnce))]
            )
            var remote: [ArtifactUpload] = []
            for row in rows {
                let id = try row.text("upload_id")
                try transaction.execute("DELETE FROM artifact_upload_part WHERE upload_id = ?", [.text(id)])
                try transaction.execute("DELETE FROM artifact_upload WHERE upload_id = ?", [.text(id)])
                guard let name = try row.optionalText("remote_id") else { continue }
                let parts = Int(try row.integer("parts"))
                remote.append(ArtifactUpload(id: id, path: try row.text("path"), parts: parts, remote: name))
            }
            return remote
        }
    }
}
