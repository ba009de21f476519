import Foundation

/// Brings text to one form: Unicode Normalization Form C (UAX #15), each run of white space one space, none at the ends,
/// no control characters, and none of the invisible marks that hide a word from a search.
package enum TextNormaliser {
    /// The normal form of UTF-8 text. The common case, plain text in form already, costs one scan of the bytes.
    package static func normalise(_ text: [UInt8]) -> [UInt8] {
        if isPlain(text) { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.count)
        var pendingSpace = false
        for scalar in composed(text).unicodeScalars {
            if scalar.properties.isWhitespace {
                pendingSpace = !out.isEmpty
                continue
            }
            if isRemoved(scalar) { continue }
            if pendingSpace {
                out.append(0x20)
                pendingSpace = false
            }
            out.append(contentsOf: Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
        }
        return out
    }

    /// The form in which two texts count as the same: normal form, then the case folded (upper, then lower, which also
    /// joins 'ß' with 'ss' and both small sigmas).
    package static func foldedCase(_ normal: [UInt8]) -> [UInt8] {
        if normal.allSatisfy({ $0 < 0x80 }) {
            return normal.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        }
        let folded = String(decoding: normal, as: UTF8.self).uppercased().lowercased()
        return Array(folded.precomposedStringWithCanonicalMapping.utf8)
    }

    /// Whether text is ASCII without control characters, edge spaces or double spaces: in normal form as it stands.
    private static func isPlain(_ text: [UInt8]) -> Bool {
        var previous: UInt8 = 0x20
        for byte in text {
            if byte < 0x20 || byte >= 0x7F || (byte == 0x20 && previous == 0x20) { return false }
            previous = byte
        }
        return text.isEmpty || previous != 0x20
    }

    private static func composed(_ text: [UInt8]) -> String {
        let string = String(decoding: text, as: UTF8.self)
        return string.unicodeScalars.allSatisfy(isComposed) ? string : string.precomposedStringWithCanonicalMapping
    }

    /// Scalars that form C never changes and that never combine with a neighbour: most letters of Latin, Cyrillic, Hebrew,
    /// Arabic, Ethiopic, kana, Han and Hangul. Anything else goes to Foundation's normaliser.
    private static func isComposed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x2FF, 0x400...0x482, 0x5D0...0x5EA, 0x620...0x64A, 0x660...0x66F, 0x671...0x6D3, 0x1200...0x1357,
            0x2010...0x2027, 0x3041...0x3096, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
            true
        default: false
        }
    }

    /// Control characters, and the format characters that only hide or reorder: zero-width space, word joiner, byte order
    /// mark, soft hyphen, bidirectional marks and embeddings. The joiners U+200C and U+200D stay: Persian, Hindi and emoji
    /// are spelt with them.
    private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x2064,
            0x2066...0x206F, 0xFEFF:
            true
        default: false
        }
    }
}
