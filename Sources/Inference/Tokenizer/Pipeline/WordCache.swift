/// The ids of words of up to 15 bytes and five ids that were met before. Direct-mapped: a word that falls on another's place
/// takes it, so the size is fixed.
struct WordCache {
    private static let slots = 1 << 13
    private static let idsPerSlot = 5
    /// Two words of key a slot: the bytes, padded, with the length in the top byte; then the ids.
    private var keys: [UInt64]
    private var ids: [Int32]

    init() {
        keys = Array(repeating: 0, count: Self.slots * 2)
        ids = Array(repeating: 0, count: Self.slots * (Self.idsPerSlot + 1))
    }

    /// A word's key; nil for one that is too long.
    struct Key {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        init?(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
            guard range.count <= 15 else { return nil }
            var low: UInt64 = 0, high = UInt64(range.count) << 56
            var shift: UInt64 = 0
            var index = range.lowerBound
            let middle = min(range.upperBound, index + 8)
            while index < middle {
                low |= UInt64(bytes[index]) << shift
                shift += 8
                index += 1
            }
            shift = 0
            while index < range.upperBound {
                high |= UInt64(bytes[index]) << shift
                shift += 8
                index += 1
            }
            self.low = low
            self.high = high
        }

        @inline(__always)
        var slot: Int {
            let mixed = (low ^ high &* 0xFF51_AFD7_ED55_8CCD) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) >> 32) & (WordCache.slots - 1)
        }
    }

    /// Appends the ids of a known word; false when it is not known.
    @inline(__always)
    func append(_ key: Key, to out: inout [Int32]) -> Bool {
        let slot = key.slot
        guard keys[slot * 2] == key.low, keys[slot * 2 + 1] == key.high else { return false }
        let base = slot * (Self.idsPerSlot + 1)
        for index in 0..<Int(ids[base]) { out.append(ids[base + 1 + index]) }
        return true
    }

    /// Keeps a word's ids.
    mutating func keep(_ key: Key, _ found: ArraySlice<Int32>) {
        guard found.count <= Self.idsPerSlot else { return }
        let slot = key.slot
        keys[slot * 2] = key.low
        keys[slot * 2 + 1] = key.high
        let base = slot * (Self.idsPerSlot + 1)
        ids[base] = Int32(found.count)
        for (offset, id) in found.enumerated() { ids[base + 1 + offset] = id }
    }
}
