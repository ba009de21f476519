import Primitives

/// The hashes of RFC 6962 §2.1 (kept by RFC 9162 §2.1): a leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖
/// right).
package enum MerkleHash {
    /// The root of a tree without leaves.
    package static let empty = Digest.sha256(of: [UInt8]())

    /// The hash of a leaf.
    package static func leaf(_ data: [UInt8]) -> Digest { .sha256(of: [0] + data) }

    /// The hash of an inner node.
    package static func node(_ left: Digest, _ right: Digest) -> Digest { .sha256(of: [1] + left.bytes + right.bytes) }
}

/// The right edge of a Merkle tree: the roots of the perfect subtrees that its size is made of, largest first. Enough
/// to append a leaf and to know the root, in O(log n) space.
package struct MerkleFrontier: Sendable, Hashable {
    /// How many leaves the tree has.
    package private(set) var size: Int64
    /// One root for each 1 bit of `size`, largest subtree first.
    package private(set) var roots: [Digest]

    /// The tree without leaves.
    package init() {
        size = 0
        roots = []
    }

    /// A stored frontier; nil when the roots do not fit the size.
    package init?(size: Int64, roots: [Digest]) {
        guard size >= 0, roots.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.roots = roots
    }

    /// Appends a leaf's hash.
    ///
    /// - Returns: the perfect subtrees that became complete, as (level, root); level 0 is the leaf.
    @discardableResult
    package mutating func append(_ leaf: Digest) -> [(level: Int, root: Digest)] {
        var completed = [(level: 0, root: leaf)]
        var hash = leaf
        for level in 0..<size.trailingOnes {
            hash = MerkleHash.node(roots.removeLast(), hash)
            completed.append((level + 1, hash))
        }
        roots.append(hash)
        size += 1
        return completed
    }

    /// The root of the whole tree.
    package var root: Digest {
        guard var hash = roots.last else { return MerkleHash.empty }
        for left in roots.dropLast().reversed() { hash = MerkleHash.node(left, hash) }
        return hash
    }
}

extension Int64 {
    fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
