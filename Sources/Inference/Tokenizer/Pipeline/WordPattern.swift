/// The regular expressions that byte-level tokenisers split by, each as a scanner by hand: what a word is, is decided by one
/// look at a table a scalar. Any other expression is refused when the file is read.
enum WordPattern: Sendable, Equatable {
    /// GPT-2's, which the `ByteLevel` pre-tokeniser has built in.
    case gpt2
    /// That of cl100k and its descendants (Llama 3, Qwen 2): words with one character before them, so many digits at once.
    case cl100k(digits: Int)

    /// The scanner of an expression, or nil when there is none.
    init?(_ pattern: String) {
        let head = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
        let tail = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
        switch pattern {
        case "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+": self = .gpt2
        case head + "\\p{N}{1,3}" + tail: self = .cl100k(digits: 3)
        case head + "\\p{N}" + tail: self = .cl100k(digits: 1)
        default: return nil
        }
    }

    /// Where the word that begins at `start` ends; every scalar belongs to some word.
    @inline(__always)
    func end(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, _ classes: CharacterClasses) -> Int {
        switch self {
        case .gpt2: Self.gpt2(bytes, start, end, classes)
        case .cl100k(let digits): Self.cl100k(bytes, start, end, classes, digits)
        }
    }

    private static let kind = CharacterClasses.letter | CharacterClasses.number | CharacterClasses.space

    /// The scalar at `index` with its kind; length 0 at the end.
    @inline(__always)
    private static func look(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ index: Int,
        _ end: Int,
        _ classes: CharacterClasses
    ) -> (scalar: UInt32, kind: UInt8, length: Int) {
        if index >= end { return (0, 0, 0) }
        let (scalar, length) = Scalars.at(index, of: bytes)
        return (scalar, classes.of(scalar) & kind, length)
    }

    /// The end of the run of scalars of one kind from `index`.
    @inline(__always)
    private static func run(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ index: Int,
        _ end: Int,
        _ classes: CharacterClasses,
        _ wanted: UInt8
    ) -> Int {
        var index = index
        while true {
            let next = look(bytes, index, end, classes)
            if next.length == 0 || next.kind != wanted { return index }
            index += next.length
        }
    }

    /// `'s|'t|'re|'ve|'m|'ll|'d` after an apostrophe: how many bytes, 0 for none.
    private static func contraction(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ index: Int,
        _ end: Int,
        anyCase: Bool
    ) -> Int {
        guard index < end else { return 0 }
        // The long s folds to s.
        if anyCase, bytes[index] == 0xC5, index + 1 < end, bytes[index + 1] == 0xBF { return 2 }
        func small(_ index: Int) -> UInt8 {
            let byte = index < end ? bytes[index] : 0
            return anyCase && byte >= 0x41 && byte <= 0x5A ? byte + 32 : byte
        }
        switch (small(index), small(index + 1)) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return 1
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return 2
        default: return 0
        }
    }

    /// `\s+(?!\S)|\s+`: a run of white space leaves its last scalar to the word after it.
    private static func spaces(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ classes: CharacterClasses
    ) -> Int {
        let stop = run(bytes, start, end, classes, CharacterClasses.space)
        if stop == end { return stop }
        let last = Scalars.before(stop, of: bytes).length
        return stop - last > start ? stop - last : stop
    }

    private static func gpt2(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ classes: CharacterClasses
    ) -> Int {
        let first = look(bytes, start, end, classes)
        if first.scalar == 0x27 {
            let length = contraction(bytes, start + 1, end, anyCase: false)
            if length > 0 { return start + 1 + length }
        }
        if first.scalar == 0x20 {
            let next = look(bytes, start + 1, end, classes)
            if next.length > 0, next.kind != CharacterClasses.space {
                return run(bytes, start + 1 + next.length, end, classes, next.kind)
            }
        }
        if first.kind == CharacterClasses.space { return spaces(bytes, start, end, classes) }
        return run(bytes, start + first.length, end, classes, first.kind)
    }

    private static func cl100k(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ classes: CharacterClasses,
        _ digits: Int
    ) -> Int {
        let first = look(bytes, start, end, classes)
        if first.scalar == 0x27 {
            let length = contraction(bytes, start + 1, end, anyCase: true)
            if length > 0 { return start + 1 + length }
        }
        if first.kind == CharacterClasses.letter {
            return run(bytes, start + first.length, end, classes, CharacterClasses.letter)
        }
        if first.kind == CharacterClasses.number {
            var index = start + first.length
            for _ in 1..<max(1, digits) {
                let next = look(bytes, index, end, classes)
                if next.kind != CharacterClasses.number { break }
                index += next.length
            }
            return index
        }
        let isNewline = first.scalar == 10 || first.scalar == 13
        let second = look(bytes, start + first.length, end, classes)
        if !isNewline, second.length > 0, second.kind == CharacterClasses.letter {
            return run(bytes, start + first.length, end, classes, CharacterClasses.letter)
        }
        if first.kind == 0 || first.scalar == 0x20 && second.length > 0 && second.kind == 0 {
            var index = run(bytes, start + (first.kind == 0 ? 0 : 1), end, classes, 0)
            while index < end, bytes[index] == 10 || bytes[index] == 13 { index += 1 }
            return index
        }
        // White space: `\s*[\r\n]+` reaches to the last line break of the run.
        let stop = run(bytes, start, end, classes, CharacterClasses.space)
        var index = stop
        while index > start, bytes[index - 1] != 10, bytes[index - 1] != 13 { index -= 1 }
        return index > start ? index : spaces(bytes, start, end, classes)
    }
}
