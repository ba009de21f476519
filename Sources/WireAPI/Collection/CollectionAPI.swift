import Primitives

/// Removal of objects that nothing names.
package enum CollectionAPI {
    /// Looks at every object, and with `apply` sets aside or removes those that nothing names.
    package static let collect = Route(
        .post,
        "/api/v1/gc",
        permission: .admin,
        body: CollectionBody.self,
        reply: CollectionReply.self
    )
}

/// What is asked of a collection.
package struct CollectionBody: Codable, Sendable, Equatable {
    /// Whether anything may be changed; without it the reply says what would be.
    package let apply: Bool
    /// How long an object must have been unused, in seconds; a day when left out.
    package let graceSeconds: Int64?

    /// Makes a body.
    package init(apply: Bool, graceSeconds: Int64? = nil) {
        self.apply = apply
        self.graceSeconds = graceSeconds
    }

    enum CodingKeys: String, CodingKey {
        case apply
        case graceSeconds = "grace_seconds"
    }
}

/// Objects, counted.
package struct CollectionCount: Codable, Sendable, Equatable {
    /// How many.
    package let objects: Int
    /// The sum of their sizes.
    package let bytes: Int64

    /// Makes a count.
    package init(objects: Int, bytes: Int64) {
        self.objects = objects
        self.bytes = bytes
    }
}

/// What a collection found and did.
package struct CollectionReply: Codable, Sendable, Equatable {
    /// Whether anything was changed.
    package let applied: Bool
    /// How long an object must have been unused, in seconds.
    package let graceSeconds: Int64
    /// Everything that is kept.
    package let stored: CollectionCount
    /// What the database names.
    package let named: CollectionCount
    /// Unnamed, but used within the grace period.
    package let recent: CollectionCount
    /// Set aside by this collection, or what would be.
    package let setAside: CollectionCount
    /// Set aside earlier, not long enough ago to be removed.
    package let waiting: CollectionCount
    /// Set aside earlier, named again, brought back.
    package let restored: CollectionCount
    /// Removed for good, or what would be.
    package let removed: CollectionCount

    /// Makes a reply.
    package init(
        applied: Bool,
        graceSeconds: Int64,
        stored: CollectionCount,
        named: CollectionCount,
        recent: CollectionCount,
        setAside: CollectionCount,
        waiting: CollectionCount,
        restored: CollectionCount,
        removed: CollectionCount
    ) {
        self.applied = applied
        self.graceSeconds = graceSeconds
        self.stored = stored
        self.named = named
        self.recent = recent
        self.setAside = setAside
        self.waiting = waiting
        self.restored = restored
        self.removed = removed
    }

    enum CodingKeys: String, CodingKey {
        case applied, stored, named, recent, waiting, restored, removed
        case graceSeconds = "grace_seconds"
        case setAside = "set_aside"
    }
}
