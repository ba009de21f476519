/// The vocabulary as a byte trie in one open-addressing hash table: a longest match costs one probe a byte and allocates
/// nothing. Two roots: pieces that begin a word, and pieces that continue one.
struct PieceTrie: Sendable {
    /// The root of pieces that begin a word.
    static let wordRoot: UInt32 = 0
    /// The root of pieces that continue a word.
    static let continuationRoot: UInt32 = 1

    private var keys: [UInt32]
    private var children: [UInt32]
    private var terminals: [Int32]
    private let mask: Int

    /// Builds the trie.
    ///
    /// - Parameters:
    ///   - pieces: the bytes and the id of each piece.
    ///   - prefix: what marks a continuing piece, `##`.
    init(_ pieces: [(bytes: [UInt8], id: Int32)], continuingPrefix prefix: [UInt8]) {
        let edges = pieces.reduce(2) { $0 + 2 * $1.bytes.count }
        var capacity = 1024
        while capacity < edges * 2 { capacity *= 2 }
        keys = Array(repeating: .max, count: capacity)
        children = Array(repeating: 0, count: capacity)
        terminals = [-1, -1]
        mask = capacity - 1
        for piece in pieces {
            insert(piece.bytes[...], root: Self.wordRoot, id: piece.id)
            if !prefix.isEmpty, piece.bytes.starts(with: prefix), piece.bytes.count > prefix.count {
                insert(piece.bytes.dropFirst(prefix.count), root: Self.continuationRoot, id: piece.id)
            }
        }
    }

    /// The id and length of the longest piece at `start`, or nil.
    func longest(in bytes: UnsafeBufferPointer<UInt8>, from start: Int, root: UInt32) -> (id: Int32, length: Int)? {
        var node = root
        var found: (id: Int32, length: Int)?
        var index = start
        while index < bytes.count {
            let key = node << 8 | UInt32(bytes[index])
            var slot = Self.hash(key) & mask
            while keys[slot] != key {
                if keys[slot] == .max { return found }
                slot = (slot + 1) & mask
            }
            node = children[slot]
            index += 1
            let id = terminals[Int(node)]
            if id >= 0 { found = (id, index - start) }
        }
        return found
    }

    private mutating func insert(_ bytes: ArraySlice<UInt8>, root: UInt32, id: Int32) {
        var node = root
        for byte in bytes {
            let key = node << 8 | UInt32(byte)
            var slot = Self.hash(key) & mask
            while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & mask }
            if keys[slot] == .max {
                keys[slot] = key
                children[slot] = UInt32(terminals.count)
                terminals.append(-1)
            }
            node = children[slot]
        }
        terminals[Int(node)] = id
    }

    /// Fibonacci hashing: neighbouring keys must not share a run of slots.
    private static func hash(_ key: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }
}
