/// Byte strings with an id each, as a trie whose edges lie in one open-addressing table: one probe a byte.
struct ByteTrie: Sendable {
    /// `node << 8 | byte` in the upper half, the child in the lower.
    private var edges: [UInt64] = Array(repeating: .max, count: 1024)
    private var count = 0
    private(set) var ids: [Int32] = [-1]

    /// A string that comes twice keeps its last id.
    init(_ pieces: [(bytes: [UInt8], id: Int32)]) {
        for piece in pieces { insert(piece.bytes, piece.id) }
    }

    /// The child of a node, or -1.
    @inline(__always)
    func child(_ node: Int, _ byte: UInt8) -> Int {
        let key = UInt64(node) << 8 | UInt64(byte)
        let mask = edges.count - 1
        var slot = Self.hash(key) & mask
        while true {
            let edge = edges[slot]
            if edge == .max { return -1 }
            if edge >> 32 == key { return Int(edge & 0xFFFF_FFFF) }
            slot = (slot + 1) & mask
        }
    }

    /// The id of exactly these bytes.
    func id(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int32? {
        var node = 0
        for index in range {
            node = child(node, bytes[index])
            if node < 0 { return nil }
        }
        return ids[node] >= 0 ? ids[node] : nil
    }

    private mutating func insert(_ bytes: [UInt8], _ id: Int32) {
        var node = 0
        for byte in bytes {
            let known = child(node, byte)
            if known >= 0 {
                node = known
                continue
            }
            if (count + 1) * 2 > edges.count { grow() }
            let key = UInt64(node) << 8 | UInt64(byte)
            node = ids.count
            ids.append(-1)
            put(key << 32 | UInt64(node))
            count += 1
        }
        ids[node] = id
    }

    private mutating func grow() {
        let old = edges
        edges = Array(repeating: .max, count: old.count * 2)
        for edge in old where edge != .max { put(edge) }
    }

    private mutating func put(_ edge: UInt64) {
        let mask = edges.count - 1
        var slot = Self.hash(edge >> 32) & mask
        while edges[slot] != .max { slot = (slot + 1) & mask }
        edges[slot] = edge
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32)
    }
}
