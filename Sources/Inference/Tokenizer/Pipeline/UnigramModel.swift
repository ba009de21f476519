import Primitives

/// SentencePiece's unigram model: of all ways to cut a word into pieces the one whose scores sum highest (Viterbi).
struct UnigramModel: Sendable {
    private let trie: ByteTrie
    private let scores: [Double]
    private let unknownID: Int32
    private let unknownPiece: [UInt8]
    private let unknownScore: Double
    /// `<0x00>`…, or empty when bytes are no way out.
    private let fallbackIDs: [Int32]

    /// One place between two characters.
    struct Node {
        var score: Double
        /// Where the best piece that ends here begins; -1 for none yet.
        var start: Int32
        var id: Int32
    }

    /// Reads the model.
    init(_ node: TokenizerNode, pieces: [(bytes: [UInt8], id: Int32)], scores: [Double]) throws {
        guard node.value["unk_id"]?.wholeNumber != nil else {
            throw node.unsupported("a unigram model without an unknown piece")
        }
        let unknown = try node.id("unk_id")
        guard Int(unknown) < pieces.count else { throw node.invalid("'unk_id' is outside the vocabulary") }
        unknownID = unknown
        unknownPiece = pieces[Int(unknown)].bytes
        self.scores = scores
        // Ten below the least likely piece, as SentencePiece has it.
        unknownScore = (scores.min() ?? 0) - 10
        trie = ByteTrie(pieces)
        guard try node.flag("byte_fallback", false) else {
            fallbackIDs = []
            return
        }
        let trie = trie
        fallbackIDs = (0..<256).map { byte in
            ByteAlphabet.fallbackName(UInt8(byte)).withUnsafeBufferPointer { trie.id($0, 0..<$0.count) ?? -1 }
        }
    }

    /// Appends the ids of a word.
    func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        let size = range.count
        scratch.nodes.removeAll(keepingCapacity: true)
        scratch.nodes.append(contentsOf: repeatElement(Node(score: 0, start: -1, id: 0), count: size + 1))
        scratch.nodes.withUnsafeMutableBufferPointer { nodes in
            var start = 0
            while start < size {
                let base = nodes[start].score
                let length = Scalars.at(range.lowerBound + start, of: bytes).length
                var hasSingle = false
                var node = 0
                var end = start
                while end < size {
                    node = trie.child(node, bytes[range.lowerBound + end])
                    if node < 0 { break }
                    end += 1
                    let id = trie.ids[node]
                    if id < 0 { continue }
                    let score = scores[Int(id)] + base
                    if nodes[end].start < 0 || score > nodes[end].score {
                        nodes[end] = Node(score: score, start: Int32(start), id: id)
                    }
                    if end - start == length { hasSingle = true }
                }
                if !hasSingle {
                    let end = min(start + length, size)
                    let score = unknownScore + base
                    if nodes[end].start < 0 || score > nodes[end].score {
                        nodes[end] = Node(score: score, start: Int32(start), id: unknownID)
                    }
                }
                start += length
            }
        }
        collect(bytes, range, &scratch, &out)
    }

    /// Walks the best path back; neighbours that are unknown become one.
    private func collect(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        let first = out.count
        var end = range.count
        while end > 0 {
            let node = scratch.nodes[end]
            var start = Int(node.start)
            guard node.id == unknownID else {
                out.append(node.id)
                end = start
                continue
            }
            while start > 0, scratch.nodes[start].id == unknownID { start = Int(scratch.nodes[start].start) }
            let stretch = range.lowerBound + start..<range.lowerBound + end
            if fallbackIDs.isEmpty || bytes[stretch].elementsEqual(unknownPiece)
                || !stretch.allSatisfy({ fallbackIDs[Int(bytes[$0])] >= 0 })
            {
                out.append(unknownID)
            } else {
                for place in stretch.reversed() { out.append(fallbackIDs[Int(bytes[place])]) }
            }
            end = start
        }
        out[first...].reverse()
    }
}
