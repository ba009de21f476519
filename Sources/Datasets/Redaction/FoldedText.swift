/// Text in which digits of other scripts, wide forms, special spaces and dashes are their ASCII twins, with the way back to
/// the original's byte offsets. Phone numbers in Arabic or Hindi text are often written in that script's digits.
struct FoldedText {
    /// The folded bytes.
    private(set) var bytes: [UInt8]
    /// For each folded byte (and the end) its offset in the original; nil when nothing was folded.
    private let offsets: [Int]?

    /// Folds UTF-8 text.
    init(_ text: [UInt8]) {
        guard text.contains(where: { $0 >= 0x80 }) else {
            bytes = text
            offsets = nil
            return
        }
        var folded: [UInt8] = []
        var places: [Int] = []
        text.withUnsafeBufferPointer { source in
            var index = 0
            while index < source.count {
                places.append(index)
                if let (byte, length) = Self.fold(source, at: index) {
                    folded.append(byte)
                    index += length
                } else {
                    folded.append(source[index])
                    index += 1
                }
            }
        }
        places.append(text.count)
        bytes = folded
        offsets = places
    }

    /// The range of original bytes that a range of folded bytes came from.
    func original(_ range: Range<Int>) -> Range<Int> {
        guard let offsets else { return range }
        return offsets[range.lowerBound]..<offsets[range.upperBound]
    }

    /// Hides a range from the recognisers that come after; offsets stay as they are.
    mutating func mask(_ range: Range<Int>) {
        for index in range { bytes[index] = 0x01 }
    }

    /// The ASCII twin of the character that begins at `index`, and how many bytes it takes; nil for any other character.
    static func fold(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> (byte: UInt8, length: Int)? {
        let first = text[index]
        guard first >= 0xC2, index + 1 < text.count else { return nil }
        let second = text[index + 1]
        switch (first, second) {
        case (0xC2, 0xA0): return (0x20, 2)  // no-break space
        case (0xD9, 0xA0...0xA9): return (second - 0xA0 + 0x30, 2)  // Arabic-Indic digits
        case (0xDB, 0xB0...0xB9): return (second - 0xB0 + 0x30, 2)  // Persian and Urdu digits
        default: break
        }
        guard index + 2 < text.count else { return nil }
        let third = text[index + 2]
        switch (first, second, third) {
        case (0xE0, 0xA5, 0xA6...0xAF): return (third - 0xA6 + 0x30, 3)  // Devanagari digits
        case (0xE0, 0xA7, 0xA6...0xAF): return (third - 0xA6 + 0x30, 3)  // Bengali digits
        case (0xE2, 0x80, 0x90...0x93): return (0x2D, 3)  // hyphens, figure dash, en dash
        case (0xE2, 0x80, 0xAF), (0xE2, 0x80, 0x87...0x89): return (0x20, 3)  // narrow, figure and thin spaces
        case (0xEF, 0xBC, 0x88...0x99): return (third - 0x60, 3)  // fullwidth ( ) + - . / and digits
        case (0xEF, 0xBC, 0x9A): return (0x3A, 3)  // fullwidth colon
        case (0xEF, 0xBC, 0xA0): return (0x40, 3)  // fullwidth at sign
        default: return nil
        }
    }
}
