import Primitives

/// Objects by digest.
package enum ObjectsAPI {
    /// PUT stores the body (streamed, its digest checked), GET streams the object.
    package static let path = "/api/v1/objects/{digest}"

    /// Which of these objects the store lacks: asked before an upload, so that nothing is sent twice.
    package static let missing = Route(
        .post,
        "/api/v1/objects/missing",
        permission: .objectsRead,
        maximumBodyBytes: 16 << 20,
        body: MissingObjects.self,
        reply: MissingReply.self
    )

    /// Checks that every file of a tree is stored, and stores the tree.
    package static let tree = Route(
        .post,
        "/api/v1/objects/{digest}/tree",
        permission: .objectsWrite,
        reply: TreeReply.self
    )
}

/// Digests that a client is about to send.
package struct MissingObjects: Codable, Sendable, Equatable {
    /// The most digests of one question.
    package static let maximumDigests = 10_000

    /// The digests.
    package let digests: [Digest]

    /// Makes a body.
    package init(digests: [Digest]) { self.digests = digests }
}

/// Those that the store lacks, in the order asked.
package struct MissingReply: Codable, Sendable, Equatable {
    /// The digests.
    package let missing: [Digest]

    /// Makes a reply.
    package init(missing: [Digest]) { self.missing = missing }
}

/// What PUT answers.
package struct ObjectReply: Codable, Sendable, Equatable {
    /// Names the object.
    package let digest: Digest
    /// Bytes.
    package let size: Int64

    /// Makes a reply.
    package init(digest: Digest, size: Int64) {
        self.digest = digest
        self.size = size
    }
}

/// What a tree holds.
package struct TreeReply: Codable, Sendable, Equatable {
    /// Names the tree.
    package let digest: Digest
    /// How many files.
    package let files: Int
    /// The sum of their sizes.
    package let bytes: Int64

    /// Makes a reply.
    package init(digest: Digest, files: Int, bytes: Int64) {
        self.digest = digest
        self.files = files
        self.bytes = bytes
    }
}
