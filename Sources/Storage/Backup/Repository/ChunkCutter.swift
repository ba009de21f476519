import Foundation

/// Cuts a stream of items into chunks at places that the items themselves choose: the same items make the same chunks
/// wherever they stand, so that what is added or changed in one place leaves the chunks around it as they were.
///
/// After an item the chunk ends when the item's mark, a hash of what tells it apart, is below a bound that grows with its
/// length; never below a quarter of the target and always above four times the target.
struct ChunkCutter {
    /// Bytes of a chunk on average, about.
    let target: Int
    /// The chunk that is being filled; items are appended to it.
    var bytes = Data()
    /// Items in it.
    private(set) var count: Int64 = 0

    init(target: Int) { self.target = target }

    /// Ends the item whose bytes begin at `start` of the chunk.
    ///
    /// - Returns: whether the chunk is complete; the caller takes it.
    mutating func endItem(from start: Int, mark: UInt64) -> Bool {
        count += 1
        if bytes.count >= target * 4 { return true }
        guard bytes.count >= target / 4 else { return false }
        let length = bytes.count - start
        return length >= target || mark < UInt64.max / UInt64(target) * UInt64(length)
    }

    /// The chunk, and how many items it holds; the next begins.
    mutating func take() -> (bytes: Data, count: Int64) {
        defer {
            bytes = Data(capacity: target)
            count = 0
        }
        return (bytes, count)
    }

    /// A hash of the values that tell a row apart; spread evenly, the same on every machine, no defence against a forger.
    static func mark(_ values: [SQLValue], at places: [Int]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt64) { hash = (hash ^ word) &* 0x0000_0100_0000_01B3 }
        for place in places {
            switch values[place] {
            case .null: add(0)
            case .integer(let number): add(UInt64(bitPattern: number))
            case .real(let number): add(number.bitPattern)
            case .text(let text): for byte in text.utf8 { add(UInt64(byte)) }
            case .blob(let blob): for byte in blob { add(UInt64(byte)) }
            }
            add(0xFF)
        }
        // The finish of SplitMix64 spreads what the last values changed over all bits.
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
