import Foundation

/// The directory of a ZIP archive (PKWARE APPNOTE 6.3), as far as a scanner needs it. Entries that are stored plainly, as
/// `torch.save` and `numpy.savez` store them, can be read in place.
struct ZipDirectory {
    /// The most entries.
    static let maximumEntries = 100_000

    struct Malformed: Error {}

    struct Entry {
        let name: String
        let method: Int
        let isLink: Bool
        let size: Int
        let headerOffset: Int
    }

    let entries: [Entry]
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws {
        self.bytes = bytes
        var (offset, count) = try Self.end(bytes)
        guard count <= Self.maximumEntries else { throw Malformed() }
        var entries: [Entry] = []
        for _ in 0..<count {
            guard try Self.number(bytes, offset, 4) == 0x0201_4b50 else { throw Malformed() }
            let nameLength = try Self.number(bytes, offset + 28, 2)
            let extraLength = try Self.number(bytes, offset + 30, 2)
            let commentLength = try Self.number(bytes, offset + 32, 2)
            guard offset + 46 + nameLength + extraLength + commentLength <= bytes.count else { throw Malformed() }
            let packed = try Self.number(bytes, offset + 20, 4)
            let unpacked = try Self.number(bytes, offset + 24, 4)
            let local = try Self.number(bytes, offset + 42, 4)
            let large = try Self.largeFields(
                bytes,
                (offset + 46 + nameLength)..<(offset + 46 + nameLength + extraLength),
                [unpacked, packed, local]
            )
            entries.append(
                Entry(
                    name: String(decoding: bytes[(offset + 46)..<(offset + 46 + nameLength)], as: UTF8.self),
                    method: try Self.number(bytes, offset + 10, 2),
                    isLink: try Self.number(bytes, offset + 38, 4) >> 16 & 0o170000 == 0o120000,
                    size: large[1],
                    headerOffset: large[2]
                )
            )
            offset += 46 + nameLength + extraLength + commentLength
        }
        self.entries = entries
    }

    /// The bytes of an entry that is stored plainly.
    func content(of entry: Entry) throws -> UnsafeRawBufferPointer {
        let start = entry.headerOffset
        guard entry.method == 0, try Self.number(bytes, start, 4) == 0x0403_4b50 else { throw Malformed() }
        let begin = start + 30 + (try Self.number(bytes, start + 26, 2)) + (try Self.number(bytes, start + 28, 2))
        guard begin >= 0, entry.size >= 0, entry.size <= bytes.count - begin else { throw Malformed() }
        return UnsafeRawBufferPointer(rebasing: bytes[begin..<(begin + entry.size)])
    }

    /// Where the directory begins, and how many entries it has.
    private static func end(_ bytes: UnsafeRawBufferPointer) throws -> (Int, Int) {
        var offset = bytes.count - 22
        let lowest = max(0, offset - 65_535)
        while offset >= lowest {
            if bytes[offset] == 0x50, try number(bytes, offset, 4) == 0x0605_4b50 {
                let count = try number(bytes, offset + 10, 2)
                let start = try number(bytes, offset + 16, 4)
                guard count == 0xffff || start == 0xffff_ffff else { return (start, count) }
                guard offset >= 20, try number(bytes, offset - 20, 4) == 0x0706_4b50 else { throw Malformed() }
                let large = try number(bytes, offset - 12, 8)
                guard try number(bytes, large, 4) == 0x0606_4b50 else { throw Malformed() }
                return (try number(bytes, large + 48, 8), try number(bytes, large + 32, 8))
            }
            offset -= 1
        }
        throw Malformed()
    }

    /// Sizes and offsets that do not fit in 32 bits stand in the extra field 1, in this order.
    private static func largeFields(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ values: [Int]) throws
        -> [Int]
    {
        guard values.contains(0xffff_ffff) else { return values }
        var offset = range.lowerBound
        while offset + 4 <= range.upperBound {
            let length = try number(bytes, offset + 2, 2)
            if try number(bytes, offset, 2) == 1 {
                var place = offset + 4
                return try values.map { value in
                    guard value == 0xffff_ffff else { return value }
                    defer { place += 8 }
                    return try number(bytes, place, 8)
                }
            }
            offset += 4 + length
        }
        throw Malformed()
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) throws -> Int {
        guard offset >= 0, offset <= bytes.count - count else { throw Malformed() }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
        guard let number = Int(exactly: value) else { throw Malformed() }
        return number
    }
}
