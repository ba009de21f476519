import Primitives

/// A text cut into words: a buffer and stretches of it.
struct TextWords {
    /// The text as the steps left it.
    var bytes: [UInt8] = []
    /// The words, in order.
    var ranges: [Range<Int>] = []
}

/// One step of a pre-tokeniser, in the order of the file.
enum PreTokenizerStep: Sendable {
    /// What becomes of a separator between words.
    enum Behaviour: String, Sendable {
        case removed = "Removed"
        case isolated = "Isolated"
        case contiguous = "Contiguous"
        case mergedWithNext = "MergedWithNext"
        case mergedWithPrevious = "MergedWithPrevious"
    }

    enum Prepending: String, Sendable {
        case always, first, never
    }

    /// At scalars with one of these flags.
    case classes(UInt8, Behaviour)
    /// At punctuation as BERT sees it.
    case punctuation(Set<UInt32>, Behaviour)
    /// At every occurrence of a text.
    case literal([UInt8], Behaviour)
    case pattern(WordPattern)
    /// `\w+|[^\w\s]+`
    case wordsAndSymbols
    case metaspace([UInt8], Prepending, splits: Bool)
    /// A space before a text that has none.
    case prefixSpace

    /// Reads a pre-tokeniser and what it contains.
    ///
    /// - Returns: the steps, and whether the last of them turns bytes into the byte alphabet.
    /// - Throws: `tokenizer_unsupported`, `tokenizer_invalid`.
    static func read(_ node: TokenizerNode?) throws -> (steps: [PreTokenizerStep], isByteLevel: Bool) {
        guard let node else { return ([], false) }
        if node.type == "Sequence" {
            var steps: [PreTokenizerStep] = []
            let parts = try node.list("pretokenizers")
            for (index, part) in parts.enumerated() {
                let read = try read(part)
                steps += read.steps
                if read.isByteLevel {
                    guard index == parts.count - 1 else { throw part.unsupported("ByteLevel before another step") }
                    return (steps, true)
                }
            }
            return (steps, false)
        }
        if node.type == "ByteLevel" {
            let prefix = try node.flag("add_prefix_space", true)
            let splits = try node.flag("use_regex", true)
            return ((prefix ? [.prefixSpace] : []) + (splits ? [.pattern(.gpt2)] : []), true)
        }
        return ([try single(node)], false)
    }

    private static func single(_ node: TokenizerNode) throws -> PreTokenizerStep {
        switch node.type {
        case "Digits":
            let each = try node.flag("individual_digits", false)
            return .classes(CharacterClasses.numeric, each ? .isolated : .contiguous)
        case "WhitespaceSplit": return .classes(CharacterClasses.whitespace, .removed)
        case "Whitespace": return .wordsAndSymbols
        case "Punctuation":
            return .punctuation(
                Set(TableText.ranges(BertTables.isolated).joined()),
                try behaviour(node, standard: .isolated)
            )
        case "Metaspace":
            let replacement = try node.text("replacement") ?? "\u{2581}"
            guard replacement.unicodeScalars.count == 1 else { throw node.invalid("'replacement' is no character") }
            let scheme = try node.text("prepend_scheme") ?? "always"
            guard var prepending = Prepending(rawValue: scheme) else {
                throw node.unsupported("the scheme '\(scheme.prefix(40))'")
            }
            if try !node.flag("add_prefix_space", true) { prepending = .never }
            return .metaspace(Array(replacement.utf8), prepending, splits: try node.flag("split", true))
        case "Split":
            if try node.flag("invert", false) { throw node.unsupported("Split with invert") }
            let behaviour = try behaviour(node, standard: nil)
            if let literal = try node["pattern"]?.text("String") {
                guard !literal.isEmpty else { throw node.invalid("it splits at the empty text") }
                return .literal(Array(literal.utf8), behaviour)
            }
            let pattern = try (node["pattern"]?.text("Regex")).required(by: node, "pattern")
            if let known = WordPattern(pattern), behaviour == .isolated { return .pattern(known) }
            if pattern == "\\s+", behaviour == .removed { return .classes(CharacterClasses.space, .removed) }
            throw node.unsupported("the regular expression '\(pattern.prefix(300))' with '\(behaviour.rawValue)'")
        default: throw node.unsupported("the pre-tokeniser '\(node.type)'")
        }
    }

    private static func behaviour(_ node: TokenizerNode, standard: Behaviour?) throws -> Behaviour {
        guard let name = try node.text("behavior") else { return try standard.required(by: node, "behavior") }
        guard let behaviour = Behaviour(rawValue: name) else {
            throw node.unsupported("the behaviour '\(name.prefix(40))'")
        }
        return behaviour
    }

    /// Cuts the words further, or changes their text.
    ///
    /// - Parameter isStart: whether the first of the words begins the whole text.
    func apply(_ words: inout TextWords, _ characters: CharacterClasses, isStart: Bool) {
        switch self {
        case .prefixSpace:
            rebuild(&words) { bytes, range, out, _ in
                if bytes[range.lowerBound] != 0x20 { out.append(0x20) }
                out += bytes[range]
            }
        case .metaspace(let replacement, let prepending, let splits):
            rebuild(&words) { bytes, range, out, isFirst in
                let starts = bytes[range].starts(with: replacement) || bytes[range.lowerBound] == 0x20
                let wanted = prepending == .always || prepending == .first && isFirst && isStart
                if wanted, !starts { out += replacement }
                for byte in bytes[range] {
                    if byte == 0x20 { out += replacement } else { out.append(byte) }
                }
            }
            if splits { Self.literal(replacement, .mergedWithNext).apply(&words, characters, isStart: isStart) }
        default:
            var ranges: [Range<Int>] = []
            ranges.reserveCapacity(words.ranges.count + words.bytes.count / 4)
            words.bytes.withUnsafeBufferPointer { bytes in
                for range in words.ranges { split(bytes, range, characters, &ranges) }
            }
            words.ranges = ranges
        }
    }

    private func rebuild(
        _ words: inout TextWords,
        _ body: (UnsafeBufferPointer<UInt8>, Range<Int>, inout [UInt8], Bool) -> Void
    ) {
        var out = TextWords()
        out.bytes.reserveCapacity(words.bytes.count * 2)
        out.ranges.reserveCapacity(words.ranges.count)
        words.bytes.withUnsafeBufferPointer { bytes in
            for range in words.ranges where !range.isEmpty {
                let start = out.bytes.count
                body(bytes, range, &out.bytes, range.lowerBound == 0)
                out.ranges.append(start..<out.bytes.count)
            }
        }
        words = out
    }

    private func split(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ characters: CharacterClasses,
        _ out: inout [Range<Int>]
    ) {
        switch self {
        case .pattern(let pattern):
            var index = range.lowerBound
            while index < range.upperBound {
                let end = pattern.end(bytes, index, range.upperBound, characters)
                out.append(index..<end)
                index = end
            }
        case .wordsAndSymbols:
            var index = range.lowerBound, start = range.lowerBound
            var kind: UInt8 = CharacterClasses.whitespace
            let mask = CharacterClasses.word | CharacterClasses.whitespace
            while index < range.upperBound {
                let (scalar, length) = Scalars.at(index, of: bytes)
                let own = characters.of(scalar) & mask
                if own != kind {
                    if kind != CharacterClasses.whitespace, start < index { out.append(start..<index) }
                    (start, kind) = (index, own)
                }
                index += length
            }
            if kind != CharacterClasses.whitespace, start < index { out.append(start..<index) }
        case .classes(let flags, let behaviour):
            cut(bytes, range, behaviour, &out) { index in
                let (scalar, length) = Scalars.at(index, of: bytes)
                return (length, characters.of(scalar) & flags != 0)
            }
        case .punctuation(let marks, let behaviour):
            cut(bytes, range, behaviour, &out) { index in
                let (scalar, length) = Scalars.at(index, of: bytes)
                return (length, marks.contains(scalar))
            }
        case .literal(let text, let behaviour):
            cut(bytes, range, behaviour, &out) { index in
                let matches =
                    index + text.count <= range.upperBound && text.indices.allSatisfy { bytes[index + $0] == text[$0] }
                return (matches ? text.count : Scalars.at(index, of: bytes).length, matches)
            }
        case .metaspace, .prefixSpace: break
        }
    }

    /// Cuts at separators: `look` says how long the scalar or separator at a place is, and which of the two it is.
    private func cut(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ behaviour: Behaviour,
        _ out: inout [Range<Int>],
        _ look: (Int) -> (length: Int, isSeparator: Bool)
    ) {
        var index = range.lowerBound, start = range.lowerBound
        var afterSeparator = false
        func close(_ end: Int) { if start < end { out.append(start..<end) } }
        while index < range.upperBound {
            let (length, isSeparator) = look(index)
            switch behaviour {
            case .removed, .isolated:
                if isSeparator {
                    close(index)
                    if behaviour == .isolated { out.append(index..<index + length) }
                    start = index + length
                }
            case .contiguous:
                if isSeparator != afterSeparator { close(index) }
                if isSeparator != afterSeparator { start = index }
            case .mergedWithNext:
                if isSeparator {
                    close(index)
                    start = index
                }
            case .mergedWithPrevious:
                if isSeparator {
                    close(index + length)
                    start = index + length
                }
            }
            afterSeparator = isSeparator
            index += length
        }
        close(index)
    }
}
