/// GPT-2's alphabet: each byte as a printable character. And `<0x0A>`, the name of a byte in SentencePiece's vocabularies.
enum ByteAlphabet {
    private static func isPrintable(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
    }

    /// The character of a byte.
    static func scalar(_ byte: UInt8) -> UInt32 {
        if isPrintable(byte) { return UInt32(byte) }
        // The others follow each other from U+0100.
        return 0x100 + UInt32((0..<byte).count { !isPrintable($0) })
    }

    /// The character of a byte, in UTF-8.
    static func written(_ byte: UInt8) -> [UInt8] {
        var out: [UInt8] = []
        Scalars.append(scalar(byte), to: &out)
        return out
    }

    /// The bytes that a piece stands for; nil when it has a character from outside the alphabet.
    static func bytes(_ piece: [UInt8]) -> [UInt8]? {
        var out: [UInt8] = []
        return piece.withUnsafeBufferPointer { piece in
            var index = 0
            while index < piece.count {
                let (scalar, length) = Scalars.at(index, of: piece)
                guard scalar < 0x144, let byte = back[Int(scalar)] else { return nil }
                out.append(byte)
                index += length
            }
            return out
        }
    }

    private static let back: [UInt8?] = {
        var table = [UInt8?](repeating: nil, count: 0x144)
        for byte in 0...255 { table[Int(scalar(UInt8(byte)))] = UInt8(byte) }
        return table
    }()

    /// `<0x0A>` for 10.
    static func fallbackName(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
    }

    /// The byte that a piece names, or nil.
    static func namedByte(_ piece: [UInt8]) -> UInt8? {
        guard piece.count == 6, piece.starts(with: "<0x".utf8), piece[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: piece[3..<5], as: UTF8.self), radix: 16)
    }
}
