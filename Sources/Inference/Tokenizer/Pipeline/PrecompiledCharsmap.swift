import Foundation

/// SentencePiece's compiled map of characters (a Darts double array and the texts it leads to), used as Hugging Face's
/// `Precompiled` does: a grapheme cluster of fewer than six bytes is replaced as a whole by what its shortest known prefix
/// becomes, a longer one scalar by scalar.
struct PrecompiledCharsmap: Sendable {
    private let units: [UInt32]
    private let texts: [UInt8]
    private let classes: CharacterClasses
    /// Whether an ASCII character stays what it is.
    private var stays = [Bool](repeating: false, count: 128)

    /// - Parameter base64: `precompiled_charsmap`; nil for what is no such map.
    init?(base64: String, classes: CharacterClasses) {
        guard let data = Data(base64Encoded: base64), data.count > 4 else { return nil }
        let bytes = Array(data)
        func word(_ at: Int) -> UInt32 {
            UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3]) << 24
        }
        let size = Int(word(0))
        guard size > 0, size % 4 == 0, size <= bytes.count - 4 else { return nil }
        units = stride(from: 4, to: 4 + size, by: 4).map(word)
        texts = Array(bytes[(4 + size)...])
        self.classes = classes
        for code in 0..<128 {
            let single = [UInt8(code)]
            stays[code] = single.withUnsafeBufferPointer { find($0, 0..<1) == nil }
        }
    }

    /// The mapped text.
    func apply(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + 16)
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                // A line feed after a carriage return is one cluster with it, whatever else is ASCII stands alone.
                if byte < 0x80, stays[Int(byte)], byte != 13, index + 1 == bytes.count || bytes[index + 1] < 0x80 {
                    out.append(byte)
                    index += 1
                    continue
                }
                let end = cluster(bytes, index)
                if end - index < 6, let text = find(bytes, index..<end) {
                    out += texts[text]
                    index = end
                    continue
                }
                while index < end {
                    let length = Scalars.at(index, of: bytes).length
                    if let text = find(bytes, index..<index + length) {
                        out += texts[text]
                    } else {
                        out += bytes[index..<index + length]
                    }
                    index += length
                }
            }
        }
        return out
    }

    /// Where the cluster at `start` ends. Only clusters of fewer than six bytes need the exact end, which leaves out the
    /// rules on Hangul, flags and conjuncts: those are longer.
    private func cluster(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
        var index = start
        var (scalar, length) = Scalars.at(index, of: bytes)
        index += length
        if scalar == 13 { return index < bytes.count && bytes[index] == 10 ? index + 1 : index }
        while classes.of(scalar) & CharacterClasses.prepends != 0, index < bytes.count {
            let next = Scalars.at(index, of: bytes)
            if isControl(next.scalar) { return index }
            (scalar, length) = next
            index += length
        }
        if isControl(scalar) { return index }
        while index < bytes.count, bytes[index] >= 0x80 {
            let next = Scalars.at(index, of: bytes)
            if classes.of(next.scalar) & CharacterClasses.extends == 0 { break }
            index += next.length
        }
        return index
    }

    /// Controls end every cluster (rules GB4 and GB5 of UAX #29).
    private func isControl(_ scalar: UInt32) -> Bool {
        scalar < 0x20 || (0x7F...0x9F).contains(scalar) || scalar == 0xAD || scalar == 0x61C || scalar == 0x180E
            || scalar == 0x200B || scalar == 0x200E || scalar == 0x200F || (0x2028...0x202E).contains(scalar)
            || (0x2060...0x206F).contains(scalar) || scalar == 0xFEFF || (0xFFF0...0xFFFB).contains(scalar)
    }

    /// What the shortest known prefix of a stretch becomes, as a range of `texts`; nil when it has none.
    private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var node = 0
        var unit = units[0]
        node ^= Self.offset(unit)
        for index in range {
            let byte = bytes[index]
            if byte == 0 { return nil }
            node ^= Int(byte)
            guard node < units.count else { return nil }
            unit = units[node]
            guard unit & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
            node ^= Self.offset(unit)
            guard node < units.count else { return nil }
            if unit >> 8 & 1 == 1 {
                let start = Int(units[node] & 0x7FFF_FFFF)
                guard start <= texts.count else { return nil }
                var end = start
                while end < texts.count, texts[end] != 0 { end += 1 }
                return start..<end
            }
        }
        return nil
    }

    private static func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }
}
