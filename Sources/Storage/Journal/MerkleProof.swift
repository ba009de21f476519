import Primitives

/// Checks proofs with nothing but hashes: what an outside auditor does.
package enum MerkleProof {
    /// Whether `proof` shows that the leaf at `index` (from 0) is in the tree of `size` leaves with this root
    /// (RFC 9162 §2.1.3.2).
    package static func holds(leaf: Digest, index: Int64, size: Int64, proof: [Digest], root: Digest) -> Bool {
        guard index >= 0, index < size else { return false }
        var place = index
        var last = size - 1
        var hash = leaf
        for sibling in proof {
            if last == 0 { return false }
            if place & 1 == 1 || place == last {
                hash = MerkleHash.node(sibling, hash)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = MerkleHash.node(hash, sibling)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// Whether `proof` shows that the tree of `newSize` leaves only appends to that of `oldSize` (RFC 9162 §2.1.4.2).
    package static func holds(
        from oldRoot: Digest,
        _ oldSize: Int64,
        to newRoot: Digest,
        _ newSize: Int64,
        proof: [Digest]
    ) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return proof.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return proof.isEmpty && oldRoot == MerkleHash.empty }
        var steps = oldSize & (oldSize - 1) == 0 ? [oldRoot] + proof : proof
        guard !steps.isEmpty else { return false }
        var place = oldSize - 1
        var last = newSize - 1
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var old = steps.removeFirst()
        var new = old
        for step in steps {
            if last == 0 { return false }
            if place & 1 == 1 || place == last {
                old = MerkleHash.node(step, old)
                new = MerkleHash.node(step, new)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                new = MerkleHash.node(new, step)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
