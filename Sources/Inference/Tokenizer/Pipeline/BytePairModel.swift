import Primitives

/// Byte-pair encoding: the pair of neighbours with the lowest rank is merged, the leftmost of equals first, until none is left.
struct BytePairModel: Sendable {
    /// Above it a heap finds the next merge; below it a look at every pair is faster.
    private static let longWord = 48

    private var merges: PairTable
    /// The first id of each byte (byte-level models), or -1.
    private var byteIDs: [Int32]
    /// `<0x00>`…, or empty when bytes are no way out.
    private var fallbackIDs: [Int32]
    /// Whole words and single characters by their bytes.
    private let words: ByteTrie
    private let isByteLevel: Bool
    private let ignoresMerges: Bool
    private let unknownID: Int32?
    private let fusesUnknown: Bool
    private let prefix: [UInt8]
    private let suffix: [UInt8]

    /// Reads the model.
    ///
    /// - Parameters:
    ///   - pieces: its vocabulary.
    ///   - isByteLevel: whether pieces are written in the byte alphabet.
    init(_ node: TokenizerNode, pieces: [(bytes: [UInt8], id: Int32)], isByteLevel: Bool) throws {
        if let dropout = node.value["dropout"]?.numberValue, dropout != 0 { throw node.unsupported("dropout") }
        let prefix = Array((try node.text("continuing_subword_prefix") ?? "").utf8)
        let suffix = Array((try node.text("end_of_word_suffix") ?? "").utf8)
        guard !isByteLevel || prefix.isEmpty else {
            throw node.unsupported("a prefix of continuing pieces in a byte-level model")
        }
        self.isByteLevel = isByteLevel
        self.prefix = prefix
        self.suffix = suffix
        ignoresMerges = try node.flag("ignore_merges", false)
        fusesUnknown = try node.flag("fuse_unk", false)
        var ids: [[UInt8]: Int32] = [:]
        ids.reserveCapacity(pieces.count)
        for piece in pieces { ids[piece.bytes] = piece.id }
        unknownID = try node.text("unk_token").map { name in
            guard let id = ids[Array(name.utf8)] else {
                throw node.invalid("the vocabulary lacks its own unknown token '\(name)'")
            }
            return id
        }
        fallbackIDs = []
        if try node.flag("byte_fallback", false) {
            let found = (0..<256).map { ids[ByteAlphabet.fallbackName(UInt8($0))] ?? -1 }
            // Bytes that lack a piece are unknown, as are the characters that hold them.
            fallbackIDs = found
        }
        byteIDs = Array(repeating: -1, count: 256)
        if isByteLevel {
            for byte in 0..<256 { byteIDs[byte] = ids[ByteAlphabet.written(UInt8(byte))] ?? -1 }
            guard suffix.isEmpty else { throw node.unsupported("a suffix of words in a byte-level model") }
            words = ByteTrie(
                ignoresMerges
                    ? pieces.compactMap { piece in ByteAlphabet.bytes(piece.bytes).map { ($0, piece.id) } } : []
            )
        } else {
            words = ByteTrie(pieces)
        }
        guard let listed = node.value["merges"]?.elements, listed.count < TextTokenizer.maximumVocabulary else {
            throw node.invalid("it has no list of merges")
        }
        var table = PairTable(capacity: listed.count)
        for (rank, element) in listed.enumerated() {
            let sides = Self.sides(element)
            guard sides.count == 2, let left = ids[sides[0]], let right = ids[sides[1]],
                sides[1].starts(with: prefix) || prefix.isEmpty,
                let whole = ids[sides[0] + sides[1].dropFirst(prefix.count)]
            else { throw node.invalid("merge \(rank) names pieces that the vocabulary lacks") }
            table.insert(left, right, rank: UInt32(rank), id: whole)
        }
        merges = table
    }

    private static func sides(_ element: OrderedJSON) -> [[UInt8]] {
        if let text = element.stringValue {
            return text.utf8.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
        }
        return (element.elements ?? []).compactMap { $0.stringValue.map { Array($0.utf8) } }
    }

    /// Appends the ids of a word.
    func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        if ignoresMerges, let id = words.id(bytes, range) { return out.append(id) }
        scratch.symbols.removeAll(keepingCapacity: true)
        if isByteLevel {
            for index in range {
                let id = byteIDs[Int(bytes[index])]
                if id >= 0 { scratch.symbols.append(id) } else if let unknownID { scratch.symbols.append(unknownID) }
            }
        } else {
            start(bytes, range, &scratch.symbols)
        }
        if scratch.symbols.count > Self.longWord {
            mergeLong(&scratch)
        } else if scratch.symbols.count > 1 {
            mergeShort(&scratch)
        }
        out += scratch.symbols
    }

    /// The ids of a word's characters.
    private func start(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ symbols: inout [Int32]) {
        var index = range.lowerBound
        var pendingUnknown = false
        while index < range.upperBound {
            let length = Scalars.at(index, of: bytes).length
            let end = min(index + length, range.upperBound)
            let id: Int32?
            if prefix.isEmpty && suffix.isEmpty {
                id = words.id(bytes, index..<end)
            } else {
                var name = index > range.lowerBound ? prefix : []
                name += bytes[index..<end]
                if end == range.upperBound { name += suffix }
                id = name.withUnsafeBufferPointer { words.id($0, 0..<$0.count) }
            }
            if let id {
                if pendingUnknown, let unknownID { symbols.append(unknownID) }
                pendingUnknown = false
                symbols.append(id)
            } else if !fallbackIDs.isEmpty, (index..<end).allSatisfy({ fallbackIDs[Int(bytes[$0])] >= 0 }) {
                // An unknown character before it still waits: so it is in the package that this must equal.
                for place in index..<end { symbols.append(fallbackIDs[Int(bytes[place])]) }
            } else if let unknownID {
                if pendingUnknown, !fusesUnknown { symbols.append(unknownID) }
                pendingUnknown = true
            }
            index = end
        }
        if pendingUnknown, let unknownID { symbols.append(unknownID) }
    }

    private func mergeShort(_ scratch: inout TokenizerScratch) {
        var count = scratch.symbols.count
        scratch.pairs.removeAll(keepingCapacity: true)
        scratch.symbols.withUnsafeMutableBufferPointer { symbols in
            for index in 0..<count - 1 { scratch.pairs.append(merges.find(symbols[index], symbols[index + 1])) }
            scratch.pairs.withUnsafeMutableBufferPointer { pairs in
                while count > 1 {
                    var best = UInt64.max
                    var place = 0
                    for index in 0..<count - 1 where pairs[index] < best {
                        best = pairs[index]
                        place = index
                    }
                    if best == .max { break }
                    symbols[place] = Int32(truncatingIfNeeded: best & 0xFFFF_FFFF)
                    count -= 1
                    for index in place + 1..<max(count, place + 1) { symbols[index] = symbols[index + 1] }
                    for index in place..<max(count - 1, place) { pairs[index] = pairs[index + 1] }
                    if place > 0 { pairs[place - 1] = merges.find(symbols[place - 1], symbols[place]) }
                    if place < count - 1 { pairs[place] = merges.find(symbols[place], symbols[place + 1]) }
                }
            }
        }
        scratch.symbols.removeLast(scratch.symbols.count - count)
    }

    private func mergeLong(_ scratch: inout TokenizerScratch) {
        var symbols = scratch.symbols
        var next = (0..<symbols.count).map { $0 + 1 < symbols.count ? $0 + 1 : -1 }
        var previous = (0..<symbols.count).map { $0 - 1 }
        var heap = MergeHeap()
        func offer(_ left: Int, _ right: Int) {
            let found = merges.find(symbols[left], symbols[right])
            if found != .max { heap.push(.init(rank: UInt32(found >> 32), place: Int32(left), pair: found)) }
        }
        for index in 0..<symbols.count - 1 { offer(index, index + 1) }
        while let top = heap.pop() {
            let place = Int(top.place)
            // An entry whose pair is no longer there is passed over.
            guard symbols[place] >= 0, next[place] >= 0,
                merges.find(symbols[place], symbols[next[place]]) == top.pair
            else { continue }
            let gone = next[place]
            symbols[place] = Int32(truncatingIfNeeded: top.pair & 0xFFFF_FFFF)
            symbols[gone] = -1
            next[place] = next[gone]
            if next[gone] >= 0 { previous[next[gone]] = place }
            if previous[place] >= 0 { offer(previous[place], place) }
            if next[place] >= 0 { offer(place, next[place]) }
        }
        scratch.symbols = symbols.filter { $0 >= 0 }
    }
}

/// Merges that wait, by rank and then by place.
private struct MergeHeap {
    struct Entry {
        let rank: UInt32
        let place: Int32
        let pair: UInt64

        var order: UInt64 { UInt64(rank) << 32 | UInt64(UInt32(bitPattern: place)) }
    }

    private var entries: [Entry] = []

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var index = entries.count - 1
        while index > 0, entries[index].order < entries[(index - 1) / 2].order {
            entries.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func pop() -> Entry? {
        guard let top = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return top }
        entries[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < entries.count {
                if entries[child].order < entries[least].order { least = child }
            }
            if least == index { return top }
            entries.swapAt(index, least)
            index = least
        }
    }
}
