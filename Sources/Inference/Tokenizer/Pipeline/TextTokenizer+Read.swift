import Foundation
import Primitives

extension TextTokenizer {
    /// Reads a tokenizer.json.
    ///
    /// - Parameter maximumLength: ids a text may have, special tokens included.
    /// - Throws: `tokenizer_invalid` for a file that cannot be read or contradicts itself, `tokenizer_unsupported` for one
    ///   that names a part which is not known.
    package init(json: Data, maximumLength: Int) throws {
        guard json.count <= Self.maximumFileBytes else {
            throw PlatformError(
                .tokenizerInvalid,
                "The tokenizer file is \(json.count) bytes long; at most \(Self.maximumFileBytes) are read."
            )
        }
        let parsed = json.withUnsafeBytes { OrderedJSON.parse($0.bindMemory(to: UInt8.self)) }
        guard let parsed, parsed.members != nil else {
            throw PlatformError(.tokenizerInvalid, "The tokenizer file is no JSON object.")
        }
        let root = TokenizerNode(value: parsed, path: "$")
        guard let modelNode = root["model"] else { throw root.invalid("it has no model") }
        let classes = CharacterClasses()
        self.classes = classes
        self.maximumLength = maximumLength
        let tokens = try (parsed["added_tokens"]?.elements ?? []).enumerated().map {
            try AddedTokenFinder.Token(TokenizerNode(value: $1, path: "$.added_tokens[\($0)]"))
        }
        guard tokens.count <= 100_000 else { throw root.invalid("it has more than 100000 added tokens") }
        postProcessor = try PostProcessor(root["post_processor"])
        decoder = try DecoderStep.read(root["decoder"])
        let listed: [(bytes: [UInt8], id: Int32)]
        let kind = try Self.kind(modelNode)
        if kind == "WordPiece" {
            let tokenizer = try WordPieceTokenizer(json: json, maximumLength: maximumLength)
            model = .wordPiece(tokenizer)
            unknownID = tokenizer.unknownID
            listed = try Self.vocabulary(json, modelNode)
            (normalizer, preTokenizer) = ([], [])
        } else {
            normalizer = try NormalizerStep.read(root["normalizer"], classes)
            let read = try PreTokenizerStep.read(root["pre_tokenizer"])
            preTokenizer = read.steps
            if kind == "Unigram" {
                guard !read.isByteLevel else { throw modelNode.unsupported("ByteLevel before a unigram model") }
                let scored = try Self.scored(modelNode)
                listed = scored.map { ($0.bytes, $0.id) }
                model = .unigram(try UnigramModel(modelNode, pieces: listed, scores: scored.map(\.score)))
                unknownID = try modelNode.id("unk_id")
            } else {
                let pieces = try Self.vocabulary(json, modelNode)
                listed = pieces
                model = .bytePair(try BytePairModel(modelNode, pieces: pieces, isByteLevel: read.isByteLevel))
                let unknown = try modelNode.text("unk_token").map { Array($0.utf8) }
                unknownID = unknown.flatMap { name in pieces.first { $0.bytes == name }?.id }
            }
        }
        let room = maximumLength - max(postProcessor.addedToSingle, postProcessor.addedToPair)
        guard room > 0, maximumLength <= Self.maximumBound else {
            throw PlatformError(
                .tokenizerInvalid,
                "The bound of \(maximumLength) ids leaves no place for a text, or is above \(Self.maximumBound)."
            )
        }
        var pieces: [Int32: [UInt8]] = [:]
        pieces.reserveCapacity(listed.count + tokens.count)
        for piece in listed { pieces[piece.id] = piece.bytes }
        for token in tokens { pieces[token.id] = token.content }
        self.pieces = pieces
        vocabularySize = Int(pieces.keys.max() ?? 0) + 1
        specialIDs = Set(tokens.filter(\.isSpecial).map(\.id))
        rawTokens = AddedTokenFinder(tokens.filter { !$0.isNormalized }.map { ($0.content, $0) }, classes)
        let steps = normalizer
        normalizedTokens = AddedTokenFinder(
            tokens.filter(\.isNormalized).map { token in (steps.reduce(token.content) { $1.apply($0) }, token) },
            classes
        )
    }

    /// The model's type, told from its members when the file is from a time that wrote none.
    private static func kind(_ node: TokenizerNode) throws -> String {
        let written = node.type
        if ["WordPiece", "BPE", "Unigram"].contains(written) { return written }
        guard written.isEmpty else { throw node.unsupported("the model '\(written.prefix(40))'") }
        if node["merges"] != nil { return "BPE" }
        if node["unk_id"] != nil { return "Unigram" }
        if node["continuing_subword_prefix"] != nil { return "WordPiece" }
        throw node.invalid("it has no type")
    }

    /// By bytes, since two pieces may be canonically equivalent texts.
    private static func vocabulary(_ json: Data, _ node: TokenizerNode) throws -> [(bytes: [UInt8], id: Int32)] {
        var reader = VocabularyReader(json)
        let pieces = try reader.pieces()
        guard pieces.count < maximumVocabulary, pieces.allSatisfy({ $0.id < maximumVocabulary }) else {
            throw node.invalid("its vocabulary has \(maximumVocabulary) ids or more")
        }
        return pieces
    }

    private static func scored(_ node: TokenizerNode) throws -> [(bytes: [UInt8], id: Int32, score: Double)] {
        guard let rows = node.value["vocab"]?.elements, !rows.isEmpty, rows.count < maximumVocabulary else {
            throw node.invalid("it has no vocabulary")
        }
        return try rows.enumerated().map { index, row in
            guard let pair = row.elements, pair.count == 2, let piece = pair[0].stringValue,
                case .number(let written) = pair[1], let score = PieceScore.read(written)
            else { throw node.invalid("piece \(index) is no text with a score") }
            return (Array(piece.utf8), Int32(index), score)
        }
    }
}
