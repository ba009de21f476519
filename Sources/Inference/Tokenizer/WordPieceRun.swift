/// The state of one text on its way through normaliser, pre-tokeniser and WordPiece.
struct WordPieceRun {
    private let tokenizer: WordPieceTokenizer
    private let limit: Int
    /// The ids found so far, without the frame.
    private(set) var ids: [Int32] = []
    private var word: [UInt8] = []
    private var wordScalars = 0
    /// Marks that wait to be put in canonical order (Unicode §3.11), with their combining class.
    private var marks: [(class: UInt8, scalar: UInt32)] = []

    init(tokenizer: WordPieceTokenizer, limit: Int) {
        self.tokenizer = tokenizer
        self.limit = limit
        ids.reserveCapacity(min(limit, 64))
        word.reserveCapacity(64)
    }

    /// Whether another token would still count.
    var hasRoom: Bool { ids.count < limit }

    /// Adds a token that was found whole.
    mutating func append(_ id: Int32) { ids.append(id) }

    /// Takes a stretch of text that holds no added token; a word never spans two stretches.
    mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) {
        var index = 0
        tokenizer.characters.ascii.withUnsafeBufferPointer { ascii in
            while index < bytes.count, hasRoom {
                let byte = bytes[index]
                if byte < 0x80 {
                    index += 1
                    take(BertCharacters.Entry(bits: ascii[Int(byte)]))
                } else {
                    takeScalar(Self.decode(bytes, &index))
                }
            }
        }
        flushMarks()
        finishWord()
    }

    private mutating func takeScalar(_ scalar: UInt32) {
        if tokenizer.characters.decomposesHangul(scalar) {
            let offset = scalar - 0xAC00
            flushMarks()
            append(scalar: 0x1100 + offset / 588)
            append(scalar: 0x1161 + offset % 588 / 28)
            if offset % 28 > 0 { append(scalar: 0x11A7 + offset % 28) }
            return
        }
        take(tokenizer.characters.entry(scalar))
    }

    private mutating func take(_ entry: BertCharacters.Entry) {
        let special =
            BertCharacters.Entry.isList | BertCharacters.Entry.isDropped | BertCharacters.Entry.isBarrier
            | BertCharacters.Entry.isBreak | BertCharacters.Entry.isIsolated | BertCharacters.Entry.isMark
        if entry.bits & special == 0 {
            flushMarks()
            return append(scalar: entry.value)
        }
        if entry.has(BertCharacters.Entry.isDropped) { return }
        if entry.has(BertCharacters.Entry.isMark) {
            return marks.append((tokenizer.characters.classes[entry.value] ?? 0, entry.value))
        }
        flushMarks()
        if entry.has(BertCharacters.Entry.isBarrier) { return }
        if entry.has(BertCharacters.Entry.isBreak) { return finishWord() }
        if entry.has(BertCharacters.Entry.isIsolated) {
            finishWord()
            append(scalar: entry.value)
            return finishWord()
        }
        for part in tokenizer.characters.lists[Int(entry.value)] { take(part) }
    }

    private mutating func flushMarks() {
        if marks.isEmpty { return }
        // Swift's sort is stable, which canonical ordering asks for.
        for mark in marks.sorted(by: { $0.class < $1.class }) { append(scalar: mark.scalar) }
        marks.removeAll(keepingCapacity: true)
    }

    private mutating func append(scalar: UInt32) {
        wordScalars += 1
        if scalar < 0x80 {
            word.append(UInt8(scalar))
        } else if scalar < 0x800 {
            word.append(UInt8(0xC0 | scalar >> 6))
            word.append(UInt8(0x80 | scalar & 0x3F))
        } else if scalar < 0x10000 {
            word.append(UInt8(0xE0 | scalar >> 12))
            word.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            word.append(UInt8(0x80 | scalar & 0x3F))
        } else {
            word.append(UInt8(0xF0 | scalar >> 18))
            word.append(UInt8(0x80 | scalar >> 12 & 0x3F))
            word.append(UInt8(0x80 | scalar >> 6 & 0x3F))
            word.append(UInt8(0x80 | scalar & 0x3F))
        }
    }

    /// Greedy longest match first; a word with any unmatched rest is one unknown token.
    private mutating func finishWord() {
        if word.isEmpty { return }
        let first = ids.count
        if wordScalars > tokenizer.maximumWordScalars || !matchWord() {
            ids.removeSubrange(first...)
            ids.append(tokenizer.unknownID)
        }
        word.removeAll(keepingCapacity: true)
        wordScalars = 0
    }

    private mutating func matchWord() -> Bool {
        let trie = tokenizer.trie
        return word.withUnsafeBufferPointer { bytes in
            var start = 0
            while start < bytes.count {
                let root = start == 0 ? PieceTrie.wordRoot : PieceTrie.continuationRoot
                guard let piece = trie.longest(in: bytes, from: start, root: root) else { return false }
                ids.append(piece.id)
                start += piece.length
            }
            return true
        }
    }

    /// Decodes one scalar of two to four bytes; the bytes are valid UTF-8.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> UInt32 {
        let lead = bytes[index]
        let count = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var scalar = UInt32(lead) & (count == 2 ? 0x1F : count == 3 ? 0x0F : 0x07)
        for offset in 1..<count where index + offset < bytes.count {
            scalar = scalar << 6 | UInt32(bytes[index + offset] & 0x3F)
        }
        index += count
        return scalar
    }
}
