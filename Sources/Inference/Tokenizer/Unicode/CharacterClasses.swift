/// What Hugging Face's pre-tokenisers take each Unicode scalar for, eight flags a scalar in pages that are shared when equal.
/// Takes a few milliseconds and 60 kB to make.
struct CharacterClasses: Sendable {
    static let letter: UInt8 = 1
    static let number: UInt8 = 2
    static let space: UInt8 = 4
    static let numeric: UInt8 = 8
    static let whitespace: UInt8 = 16
    static let word: UInt8 = 32
    static let extends: UInt8 = 64
    static let prepends: UInt8 = 128

    private let pages: [UInt16]
    private let flags: [UInt8]

    init() {
        let tables: [(String, UInt8)] = [
            (UnicodeTables.letters, Self.letter), (UnicodeTables.numbers, Self.number),
            (UnicodeTables.spaces, Self.space), (UnicodeTables.numeric, Self.numeric),
            (UnicodeTables.whitespace, Self.whitespace), (UnicodeTables.words, Self.word),
            (UnicodeTables.extends, Self.extends), (UnicodeTables.prepends, Self.prepends),
        ]
        var all = [UInt8](repeating: 0, count: 0x110000)
        all.withUnsafeMutableBufferPointer { all in
            for (table, flag) in tables {
                for range in TableText.ranges(table) {
                    for scalar in range { all[Int(scalar)] |= flag }
                }
            }
        }
        var pages: [UInt16] = []
        var known: [ArraySlice<UInt8>: UInt16] = [:]
        var flags: [UInt8] = []
        for page in 0..<0x1100 {
            let slice = all[page << 8..<(page + 1) << 8]
            if let index = known[slice] {
                pages.append(index)
            } else {
                let index = UInt16(known.count)
                known[slice] = index
                pages.append(index)
                flags += slice
            }
        }
        self.pages = pages
        self.flags = flags
    }

    /// The flags of a scalar.
    @inline(__always)
    func of(_ scalar: UInt32) -> UInt8 { flags[Int(pages[Int(scalar >> 8)]) << 8 | Int(scalar & 255)] }
}

/// UTF-8 by hand, on bytes that are known to be valid.
enum Scalars {
    /// The scalar at `index` and how many bytes it takes.
    @inline(__always)
    static func at(_ index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> (scalar: UInt32, length: Int) {
        let lead = UInt32(bytes[index])
        if lead < 0x80 { return (lead, 1) }
        func next(_ offset: Int) -> UInt32 {
            index + offset < bytes.count ? UInt32(bytes[index + offset] & 0x3F) : 0
        }
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | next(1), min(2, bytes.count - index)) }
        if lead < 0xF0 {
            return ((lead & 0x0F) << 12 | next(1) << 6 | next(2), min(3, bytes.count - index))
        }
        return (
            ((lead & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3)) & 0x1f_ffff, min(4, bytes.count - index)
        )
    }

    /// The scalar that ends before `index`, and how many bytes it takes.
    static func before(_ index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> (scalar: UInt32, length: Int) {
        var start = index - 1
        while start > 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        return (at(start, of: bytes).scalar, index - start)
    }

    /// Appends a scalar.
    @inline(__always)
    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        if scalar < 0x80 {
            bytes.append(UInt8(scalar))
        } else if scalar < 0x800 {
            bytes.append(UInt8(0xC0 | scalar >> 6))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            bytes.append(UInt8(0xE0 | scalar >> 12))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        } else {
            bytes.append(UInt8(0xF0 | scalar >> 18))
            bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            bytes.append(UInt8(0x80 | scalar & 0x3F))
        }
    }
}
