import Foundation
import Primitives
import Testing

@testable import Storage

/// Leaves and roots of the RFC 6962 reference implementation (certificate-transparency, merkletree tests).
@Suite("Merkle tree")
struct MerkleTests {
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `The empty tree has the hash of nothing`() {
        #expect(
            MerkleFrontier().root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
    }

    @Test func `Roots of one to eight leaves are those of the reference implementation`() throws {
        var frontier = MerkleFrontier()
        for (leaf, root) in zip(Self.leaves, Self.roots) {
            frontier.append(MerkleHash.leaf(try #require(Hex.decode(leaf))))
            #expect(frontier.root.hex == root)
        }
    }

    @Test func `Proofs are those of the reference implementation`() throws {
        let prover = Self.prover(try Self.leaves.map { MerkleHash.leaf(try #require(Hex.decode($0))) })
        #expect(
            try prover.inclusion(of: 0, in: 8).map(\.hex) == [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        )
        #expect(
            try prover.consistency(from: 6, to: 8).map(\.hex) == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        )
    }

    @Test func `For every size up to 300 the frontier's root is the one computed from the definition`() {
        var frontier = MerkleFrontier()
        var hashes: [Digest] = []
        for size in 1...300 {
            let leaf = MerkleHash.leaf(Array("leaf \(size)".utf8))
            hashes.append(leaf)
            frontier.append(leaf)
            #expect(frontier.root == Self.definition(hashes[...]))
            #expect(MerkleFrontier(size: frontier.size, roots: frontier.roots) == frontier)
        }
    }

    @Test func `For every size up to 300 inclusion proofs hold, and not for another leaf`() throws {
        let hashes = (0..<300).map { MerkleHash.leaf(Array("leaf \($0)".utf8)) }
        let prover = Self.prover(hashes)
        for size in Int64(1)...300 {
            let root = try prover.root(size)
            for index in stride(from: Int64(0), to: size, by: size > 40 ? 7 : 1) {
                let proof = try prover.inclusion(of: index, in: size)
                let leaf = hashes[Int(index)]
                let other = hashes[Int((index + 1) % 300)]
                #expect(MerkleProof.holds(leaf: leaf, index: index, size: size, proof: proof, root: root))
                #expect(!MerkleProof.holds(leaf: other, index: index, size: size, proof: proof, root: root))
            }
        }
    }

    @Test func `For sizes up to 300 consistency proofs hold, and not for a rewritten past`() throws {
        let hashes = (0..<300).map { MerkleHash.leaf(Array("leaf \($0)".utf8)) }
        let prover = Self.prover(hashes)
        let rewritten = Self.prover([MerkleHash.leaf(Array("forged".utf8))] + hashes.dropFirst())
        for new in Int64(1)...300 {
            let root = try prover.root(new)
            for old in stride(from: Int64(0), through: new, by: new > 40 ? 11 : 1) {
                let proof = try prover.consistency(from: old, to: new)
                #expect(MerkleProof.holds(from: try prover.root(old), old, to: root, new, proof: proof))
                if old > 0 {
                    #expect(!MerkleProof.holds(from: try rewritten.root(old), old, to: root, new, proof: proof))
                }
            }
        }
    }

    /// A prover over hashes in memory that computes each range from the definition once.
    private static func prover(_ hashes: [Digest]) -> MerkleProver {
        let known = Known()
        func hash(_ range: Range<Int64>) -> Digest {
            if let stored = known.hashes[range] { return stored }
            var made = hashes[Int(range.lowerBound)]
            if range.count > 1 {
                let middle = range.lowerBound + Int64(split(range.count))
                made = MerkleHash.node(hash(range.lowerBound..<middle), hash(middle..<range.upperBound))
            }
            known.hashes[range] = made
            return made
        }
        return MerkleProver(hash: hash)
    }

    private final class Known {
        var hashes: [Range<Int64>: Digest] = [:]
    }

    /// MTH of RFC 6962 §2.1, word for word.
    private static func definition(_ hashes: ArraySlice<Digest>) -> Digest {
        guard hashes.count > 1 else { return hashes.first ?? MerkleHash.empty }
        let middle = hashes.startIndex + split(hashes.count)
        return MerkleHash.node(definition(hashes[..<middle]), definition(hashes[middle...]))
    }

    /// The largest power of two smaller than `count`.
    private static func split(_ count: Int) -> Int {
        var split = 1
        while split * 2 < count { split *= 2 }
        return split
    }
}
