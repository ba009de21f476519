import Primitives

/// One step of a decoder: from pieces back to text.
enum DecoderStep: Sendable {
    case byteLevel
    case wordPiece(prefix: [UInt8], cleans: Bool)
    case metaspace([UInt8], stripsFirst: Bool)
    case replace([UInt8], with: [UInt8])
    case byteFallback
    case fuse
    case strip([UInt8], start: Int, stop: Int)
    case suffix([UInt8])

    /// Reads a decoder and what it contains.
    ///
    /// - Throws: `tokenizer_unsupported`, `tokenizer_invalid`.
    static func read(_ node: TokenizerNode?) throws -> [DecoderStep] {
        guard let node else { return [] }
        switch node.type {
        case "Sequence": return try node.list("decoders").flatMap { try read($0) }
        case "ByteLevel": return [.byteLevel]
        case "ByteFallback": return [.byteFallback]
        case "Fuse": return [.fuse]
        case "WordPiece":
            return [
                .wordPiece(
                    prefix: Array((try node.text("prefix") ?? "##").utf8),
                    cleans: try node.flag("cleanup", true)
                )
            ]
        case "Metaspace":
            let scheme = try node.text("prepend_scheme") ?? "always"
            let strips = try scheme != "never" && node.flag("add_prefix_space", true)
            return [.metaspace(Array((try node.text("replacement") ?? "\u{2581}").utf8), stripsFirst: strips)]
        case "BPEDecoder": return [.suffix(Array((try node.text("suffix") ?? "</w>").utf8))]
        case "Strip":
            let content = try node.text("content").required(by: node, "content")
            return [.strip(Array(content.utf8), start: Int(try node.id("start")), stop: Int(try node.id("stop")))]
        case "Replace":
            guard let literal = try node["pattern"]?.text("String"), !literal.isEmpty else {
                throw node.unsupported("a decoder that replaces a regular expression")
            }
            return [.replace(Array(literal.utf8), with: Array((try node.text("content") ?? "").utf8))]
        default: throw node.unsupported("the decoder '\(node.type)'")
        }
    }

    /// The pieces after this step.
    func apply(_ pieces: [[UInt8]]) -> [[UInt8]] {
        switch self {
        case .fuse: return [Array(pieces.joined())]
        case .byteLevel:
            let bytes = pieces.flatMap { ByteAlphabet.bytes($0) ?? $0 }
            return [Array(String(decoding: bytes, as: UTF8.self).utf8)]
        case .replace(let old, let new): return pieces.map { $0.replacing(old, with: new) }
        case .suffix(let suffix):
            return pieces.enumerated().map { index, piece in
                piece.replacing(suffix, with: index == pieces.count - 1 ? [] : [0x20])
            }
        case .wordPiece(let prefix, let cleans):
            return pieces.enumerated().map { index, piece in
                var piece = piece
                if index > 0 {
                    piece =
                        !prefix.isEmpty && piece.starts(with: prefix)
                        ? Array(piece.dropFirst(prefix.count)) : [0x20] + piece
                }
                return cleans ? Self.clean(piece) : piece
            }
        case .metaspace(let replacement, let stripsFirst):
            return pieces.enumerated().map { index, piece in
                piece.replacing(replacement, with: index == 0 && stripsFirst ? [] : [0x20])
            }
        case .strip(let content, let start, let stop):
            return pieces.map { piece in
                var piece = piece[...]
                for _ in 0..<start where piece.starts(with: content) { piece = piece.dropFirst(content.count) }
                for _ in 0..<stop
                where piece.count >= content.count && piece.suffix(content.count).elementsEqual(content) {
                    piece = piece.dropLast(content.count)
                }
                return Array(piece)
            }
        case .byteFallback: return Self.joinBytes(pieces)
        }
    }

    /// Runs of `<0x..>` become the text that they spell, or as many U+FFFD as they are when they spell none.
    private static func joinBytes(_ pieces: [[UInt8]]) -> [[UInt8]] {
        var out: [[UInt8]] = []
        var run: [UInt8] = []
        func close() {
            if run.isEmpty { return }
            if String(validating: run, as: UTF8.self) != nil {
                out.append(run)
            } else {
                for _ in run { out.append([0xEF, 0xBF, 0xBD]) }
            }
            run.removeAll()
        }
        for piece in pieces {
            if let byte = ByteAlphabet.namedByte(piece) {
                run.append(byte)
            } else {
                close()
                out.append(piece)
            }
        }
        close()
        return out
    }

    /// The spaces that English does not write, taken out as the package does.
    private static func clean(_ piece: [UInt8]) -> [UInt8] {
        let rules = [
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
        ]
        return rules.reduce(piece) { $0.replacing(Array($1.0.utf8), with: Array($1.1.utf8)) }
    }
}
