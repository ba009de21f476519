import Foundation
import Primitives

/// Makes roots and proofs from the hashes of ranges of leaves (RFC 6962 §2.1): how a range is hashed is handed over, so
/// that the database can answer whole subtrees from its stored tiles.
struct MerkleProver {
    /// Every 8th level is stored: the root of 256, 65 536, … leaves (the tile height of C2SP tlog-tiles).
    static let tileLevels = 8

    /// MTH of the leaves in a range that is never empty, counted from 0.
    let hash: (Range<Int64>) throws -> Digest

    /// The root of the first `size` leaves.
    func root(_ size: Int64) throws -> Digest { size == 0 ? MerkleHash.empty : try hash(0..<size) }

    /// PATH(index, D[size]) of RFC 6962 §2.1.1; `index` counts from 0.
    func inclusion(of index: Int64, in size: Int64) throws -> [Digest] { try path(index, 0..<size) }

    /// PROOF(old, D[new]) of RFC 6962 §2.1.2.
    func consistency(from old: Int64, to new: Int64) throws -> [Digest] {
        old == 0 || old == new ? [] : try subproof(old, 0..<new, known: true)
    }

    private func path(_ index: Int64, _ range: Range<Int64>) throws -> [Digest] {
        if range.count == 1 { return [] }
        let middle = range.lowerBound + Self.split(Int64(range.count))
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        if index < middle { return try path(index, left) + [hash(right)] }
        return try path(index, right) + [hash(left)]
    }

    private func subproof(_ old: Int64, _ range: Range<Int64>, known: Bool) throws -> [Digest] {
        if old == range.upperBound { return known ? [] : [try hash(range)] }
        let middle = range.lowerBound + Self.split(Int64(range.count))
        let left = range.lowerBound..<middle
        let right = middle..<range.upperBound
        if old <= middle { return try subproof(old, left, known: known) + [hash(right)] }
        return try subproof(old, right, known: false) + [hash(left)]
    }

    /// The largest power of two below `count`, which is at least 2.
    static func split(_ count: Int64) -> Int64 { 1 << Int64(63 - (count - 1).leadingZeroBitCount) }
}

extension MerkleProver {
    /// A prover over the journal's stored leaves and tiles.
    init(_ reader: any SQLReader) {
        hash = { range in try Self.stored(range, reader) }
    }

    private static func stored(_ range: Range<Int64>, _ reader: any SQLReader) throws -> Digest {
        let count = Int64(range.count)
        let level = count.trailingZeroBitCount
        let perfect = count & (count - 1) == 0 && range.lowerBound % count == 0
        if perfect, level > 0, level % tileLevels == 0 {
            let row = try reader.first(
                "SELECT hash FROM journal_tile WHERE level = ? AND position = ?",
                [.integer(Int64(level)), .integer(range.lowerBound >> Int64(level))]
            )
            if let row, let hash = Digest(bytes: [UInt8](try row.blob("hash"))) { return hash }
            throw PlatformError(
                .journalCorrupt,
                "The journal lacks the hash of entries \(range).",
                nextStep: "Run 'aku verify'."
            )
        }
        if count <= 1 << Int64(tileLevels) { return try leaves(range, reader) }
        let middle = range.lowerBound + split(count)
        return MerkleHash.node(
            try stored(range.lowerBound..<middle, reader),
            try stored(middle..<range.upperBound, reader)
        )
    }

    private static func leaves(_ range: Range<Int64>, _ reader: any SQLReader) throws -> Digest {
        let rows = try reader.query(
            "SELECT leaf_hash FROM journal_entry WHERE sequence > ? AND sequence <= ? ORDER BY sequence",
            [.integer(range.lowerBound), .integer(range.upperBound)]
        )
        var frontier = MerkleFrontier()
        for row in rows {
            guard let hash = Digest(bytes: [UInt8](try row.blob("leaf_hash"))) else { break }
            frontier.append(hash)
        }
        guard frontier.size == Int64(range.count) else {
            throw PlatformError(
                .journalCorrupt,
                "The journal lacks entries among \(range.lowerBound + 1)...\(range.upperBound).",
                nextStep: "Run 'aku verify'."
            )
        }
        return frontier.root
    }
}
