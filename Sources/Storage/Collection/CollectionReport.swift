import Primitives

/// Objects, counted.
package struct ObjectCount: Sendable, Hashable, Codable {
    /// How many.
    package private(set) var objects = 0
    /// The sum of their sizes.
    package private(set) var bytes: Int64 = 0

    /// None.
    package init() {}

    mutating func add(_ size: Int64) {
        objects += 1
        bytes += size
    }

    static func + (left: ObjectCount, right: ObjectCount) -> ObjectCount {
        var sum = left
        sum.objects += right.objects
        sum.bytes += right.bytes
        return sum
    }
}

/// What a collection found, and what it did where it was told to.
package struct CollectionReport: Sendable, Hashable, Codable {
    /// Whether anything was changed.
    package let applied: Bool
    /// How long an object must have been unused, in seconds.
    package let graceSeconds: Int64
    /// Everything that is kept.
    package internal(set) var stored = ObjectCount()
    /// What the database names, by itself or through a tree.
    package internal(set) var named = ObjectCount()
    /// Unnamed, but used within the grace period: somebody may be about to name it.
    package internal(set) var recent = ObjectCount()
    /// Unnamed and unused: set aside now, or what would be.
    package internal(set) var setAside = ObjectCount()
    /// Set aside earlier, within the grace period: waits.
    package internal(set) var waiting = ObjectCount()
    /// Set aside earlier and named again: brought back, or what would be.
    package internal(set) var restored = ObjectCount()
    /// Set aside a grace period ago and still unnamed: removed for good, or what would be.
    package internal(set) var removed = ObjectCount()

    enum CodingKeys: String, CodingKey {
        case applied, stored, named, recent, waiting, restored, removed
        case graceSeconds = "grace_seconds"
        case setAside = "set_aside"
    }

    init(applied: Bool, graceSeconds: Int64) {
        self.applied = applied
        self.graceSeconds = graceSeconds
    }
}
