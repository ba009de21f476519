import Foundation
import Primitives

/// A text as the model takes it.
package struct TokenizedText: Sendable, Hashable {
    /// The ids, special tokens included, after truncation.
    package let ids: [Int64]
    /// How many of them are the unknown token.
    package let unknownCount: Int
    /// How many are special tokens that frame the text.
    package let frameCount: Int
    /// Whether tokens were left out at the end.
    package let isTruncated: Bool

    /// The share of the text's own tokens that the vocabulary lacks, 0 to 1; 0 for none.
    package var unknownShare: Double {
        ids.count > frameCount ? Double(unknownCount) / Double(ids.count - frameCount) : 0
    }
}

/// BERT's WordPiece tokenizer, read from Hugging Face's tokenizer.json and equal to its `tokenizers` package token for token.
///
/// Works on UTF-8 bytes: ASCII goes through a table of 128 entries, other scalars through one lookup each, words through
/// a byte trie. A text's tokens are found in one pass that stops at the truncation bound.
package struct WordPieceTokenizer: Sendable {
    let characters: BertCharacters
    let trie: PieceTrie
    let added: AddedTokens
    let unknownID: Int32
    let maximumWordScalars: Int
    let before: [Int32]
    let after: [Int32]
    /// The largest number of ids that `encode` returns, special tokens included.
    package let maximumLength: Int
    /// Ids of the vocabulary, added tokens included.
    package let vocabularySize: Int

    /// Reads a tokenizer.json.
    ///
    /// - Parameter maximumLength: ids a text may have, special tokens included; at least 3.
    /// - Throws: `tokenizer_invalid` for a file that cannot be read, `tokenizer_unsupported` for one that is not BERT's.
    package init(json: Data, maximumLength: Int) throws {
        let file: TokenizerFile
        do {
            file = try CanonicalJSON.decode(TokenizerFile.self, from: json, what: "tokenizer file")
        } catch let error as PlatformError {
            throw PlatformError(.tokenizerInvalid, error.message)
        }
        try file.check()
        var reader = VocabularyReader(json)
        let pieces = try reader.pieces()
        let unknown = Array(file.model.unknownToken.utf8)
        guard let unknownID = pieces.first(where: { $0.bytes == unknown })?.id else {
            throw PlatformError(
                .tokenizerInvalid,
                "The vocabulary lacks its own unknown token '\(file.model.unknownToken)'."
            )
        }
        guard (3...4096).contains(maximumLength) else {
            throw PlatformError(.tokenizerInvalid, "The bound of \(maximumLength) ids is not from 3 to 4096.")
        }
        self.unknownID = unknownID
        self.maximumLength = maximumLength
        maximumWordScalars = file.model.maximumWordScalars
        trie = PieceTrie(pieces, continuingPrefix: Array(file.model.continuingPrefix.utf8))
        added = AddedTokens(file.addedTokens.map { (Array($0.content.utf8), $0.id) })
        (before, after) = try file.frame()
        let ids = pieces.map(\.id) + file.addedTokens.map(\.id)
        vocabularySize = Int(ids.max() ?? 0) + 1
        let lowercase = file.normalizer.lowercase ?? true
        characters = BertCharacters(
            .init(
                cleanText: file.normalizer.cleanText ?? true,
                handleChineseCharacters: file.normalizer.handleChineseChars ?? true,
                stripAccents: file.normalizer.stripAccents ?? lowercase,
                lowercase: lowercase
            )
        )
    }

    /// The ids of a text, framed by the special tokens and cut at `maximumLength`.
    package func encode(_ text: String) -> TokenizedText {
        var text = text
        return text.withUTF8 { encode(utf8: $0) }
    }

    /// The ids of a text in UTF-8; the bytes must be valid.
    package func encode(utf8 bytes: UnsafeBufferPointer<UInt8>) -> TokenizedText {
        // One more than fits tells whether anything was cut.
        let room = maximumLength - before.count - after.count
        var found: [Int32] = []
        appendOwn(bytes, limit: room + 1, to: &found)
        let cut = found.count > room
        let own = found.prefix(room)
        var ids: [Int64] = []
        ids.reserveCapacity(before.count + own.count + after.count)
        for id in before { ids.append(Int64(id)) }
        var unknown = 0
        for id in own {
            ids.append(Int64(id))
            if id == unknownID { unknown += 1 }
        }
        for id in after { ids.append(Int64(id)) }
        return TokenizedText(ids: ids, unknownCount: unknown, frameCount: before.count + after.count, isTruncated: cut)
    }

    /// Appends a text's ids without the frame, and stops when there are `limit` of them or a few more.
    func appendOwn(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int, to out: inout [Int32]) {
        var run = WordPieceRun(tokenizer: self, limit: limit)
        added.split(bytes) { piece in
            switch piece {
            case .text(let range): run.consume(UnsafeBufferPointer(rebasing: bytes[range]))
            case .token(let id): run.append(id)
            }
            return run.hasRoom
        }
        if out.isEmpty { out = run.ids } else { out += run.ids }
    }
}
