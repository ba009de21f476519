import Foundation
import Primitives

/// A tokenizer read from Hugging Face's tokenizer.json and equal to its `tokenizers` package id for id: WordPiece, byte-pair
/// encoding and SentencePiece's unigram model, with the normalisers, pre-tokenisers, post-processors and decoders that such
/// files name. A part that it would not do exactly so is refused when the file is read.
///
/// Safe to share among threads. A text costs no allocation a word; words that were met before come from a cache of fixed
/// size.
package struct TextTokenizer: Sendable {
    /// The largest tokenizer.json, in bytes.
    package static let maximumFileBytes = 64 << 20
    /// The most ids of a vocabulary.
    package static let maximumVocabulary = 4 << 20
    /// The largest bound on a text's ids.
    package static let maximumBound = 1 << 20

    enum Model: Sendable {
        /// BERT's, which has its own way from text to ids.
        case wordPiece(WordPieceTokenizer)
        case bytePair(BytePairModel)
        case unigram(UnigramModel)
    }

    let model: Model
    let classes: CharacterClasses
    let normalizer: [NormalizerStep]
    let preTokenizer: [PreTokenizerStep]
    let postProcessor: PostProcessor
    let decoder: [DecoderStep]
    /// Looked for in the text as it came.
    let rawTokens: AddedTokenFinder
    /// Looked for in the normalised text.
    let normalizedTokens: AddedTokenFinder
    let specialIDs: Set<Int32>
    let pieces: [Int32: [UInt8]]
    let unknownID: Int32?
    let pool = TokenizerScratchPool()
    /// The largest number of ids that `encode` returns, special tokens included.
    package let maximumLength: Int
    /// Ids of the vocabulary, added tokens included.
    package let vocabularySize: Int

    /// The id of a token by its exact name, special and added ones included; nil when there is none.
    package func id(of token: String) -> Int32? {
        let bytes = Array(token.utf8)
        return pieces.first { $0.value == bytes }?.key
    }

    /// A text as the model takes it, framed by the special tokens and cut at `maximumLength`.
    package func encode(_ text: String) -> TokenizedText {
        var text = text
        return text.withUTF8 { encode(utf8: $0) }
    }

    /// A text in UTF-8; the bytes must be valid.
    package func encode(utf8 bytes: UnsafeBufferPointer<UInt8>) -> TokenizedText {
        if case .wordPiece(let tokenizer) = model { return tokenizer.encode(utf8: bytes) }
        let room = maximumLength - postProcessor.addedToSingle
        var own: [Int32] = []
        own.reserveCapacity(min(room, bytes.count / 3 + 4))
        append(bytes, limit: room + 1, to: &own)
        let isCut = own.count > room
        if isCut { own.removeLast(own.count - room) }
        var ids: [Int64] = []
        ids.reserveCapacity(own.count + postProcessor.addedToSingle)
        for step in postProcessor.single {
            switch step {
            case .special(let special, _): for id in special { ids.append(Int64(id)) }
            case .first: for id in own { ids.append(Int64(id)) }
            case .second: break
            }
        }
        return TokenizedText(
            ids: ids,
            unknownCount: unknownID.map { unknown in own.count { $0 == unknown } } ?? 0,
            frameCount: postProcessor.addedToSingle,
            isTruncated: isCut
        )
    }

    /// Two texts as one input, such as a question and a passage; the longer is cut first.
    package func encode(_ first: String, _ second: String) -> TokenizedPair {
        var parts = [own(first), own(second)]
        let room = maximumLength - postProcessor.addedToPair
        let isCut = parts[0].count + parts[1].count > room
        if isCut {
            let short = parts[0].count > parts[1].count ? 1 : 0
            var lengths = [0, 0]
            lengths[short] = parts[short].count
            lengths[1 - short] = lengths[short] > room ? lengths[short] : max(lengths[short], room - lengths[short])
            if lengths[0] + lengths[1] > room {
                lengths[short] = room / 2
                lengths[1 - short] = room / 2 + room % 2
            }
            for index in 0...1 where parts[index].count > lengths[index] {
                parts[index].removeLast(parts[index].count - lengths[index])
            }
        }
        var ids: [Int64] = [], types: [Int64] = []
        func add(_ part: [Int32], _ type: Int64) {
            for id in part {
                ids.append(Int64(id))
                types.append(type)
            }
        }
        for step in postProcessor.pair {
            switch step {
            case .special(let special, let type): add(special, type)
            case .first(let type): add(parts[0], type)
            case .second(let type): add(parts[1], type)
            }
        }
        return TokenizedPair(ids: ids, typeIDs: types, isTruncated: isCut)
    }

    private func own(_ text: String) -> [Int32] {
        var text = text
        var out: [Int32] = []
        text.withUTF8 { append($0, limit: .max, to: &out) }
        return out
    }

    /// Appends a text's own ids, and stops when there are `limit` of them or a few more.
    private func append(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int, to out: inout [Int32]) {
        if case .wordPiece(let tokenizer) = model {
            return tokenizer.appendOwn(bytes, limit: limit, to: &out)
        }
        var scratch = pool.take()
        for piece in rawTokens.split(bytes) {
            switch piece {
            case .token(let id): out.append(id)
            case .text(let range):
                let text = UnsafeBufferPointer(rebasing: bytes[range])
                stretch(text, isStart: range.lowerBound == 0, limit, &scratch, &out)
            }
            if out.count >= limit { break }
        }
        pool.giveBack(scratch)
    }

    /// A stretch without raw tokens: normalised, searched for the other tokens, cut into words.
    private func stretch(
        _ text: UnsafeBufferPointer<UInt8>,
        isStart: Bool,
        _ limit: Int,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        if normalizer.isEmpty, normalizedTokens.isEmpty { return words(text, isStart: isStart, limit, &scratch, &out) }
        var normal = Array(text)
        for step in normalizer { normal = step.apply(normal) }
        normal.withUnsafeBufferPointer { normal in
            for piece in normalizedTokens.split(normal) {
                switch piece {
                case .token(let id): out.append(id)
                case .text(let range):
                    words(
                        UnsafeBufferPointer(rebasing: normal[range]),
                        isStart: isStart && range.lowerBound == 0,
                        limit,
                        &scratch,
                        &out
                    )
                }
                if out.count >= limit { return }
            }
        }
    }

    private func words(
        _ text: UnsafeBufferPointer<UInt8>,
        isStart: Bool,
        _ limit: Int,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        if text.isEmpty { return }
        // The scanners of byte-level tokenisers need no buffer of their own.
        if preTokenizer.count == 1, case .pattern(let pattern) = preTokenizer[0] {
            var index = 0
            while index < text.count, out.count < limit {
                let end = pattern.end(text, index, text.count, classes)
                word(text, index..<end, &scratch, &out)
                index = end
            }
            return
        }
        var words = scratch.words
        scratch.words = TextWords()
        words.bytes.removeAll(keepingCapacity: true)
        words.bytes.append(contentsOf: text)
        words.ranges.removeAll(keepingCapacity: true)
        words.ranges.append(0..<text.count)
        for step in preTokenizer { step.apply(&words, classes, isStart: isStart) }
        words.bytes.withUnsafeBufferPointer { bytes in
            for range in words.ranges where out.count < limit { word(bytes, range, &scratch, &out) }
        }
        scratch.words = words
    }

    @inline(__always)
    private func word(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ scratch: inout TokenizerScratch,
        _ out: inout [Int32]
    ) {
        let key = WordCache.Key(bytes, range)
        if let key, scratch.cache.append(key, to: &out) { return }
        let first = out.count
        switch model {
        case .bytePair(let model): model.encode(bytes, range, &scratch, &out)
        case .unigram(let model): model.encode(bytes, range, &scratch, &out)
        case .wordPiece: return
        }
        if let key { scratch.cache.keep(key, out[first...]) }
    }

    /// The text of ids; ids outside the vocabulary are passed over.
    ///
    /// - Parameter skippingSpecial: leave special tokens out.
    package func decode(_ ids: [Int32], skippingSpecial: Bool) -> String {
        var parts = ids.compactMap { skippingSpecial && specialIDs.contains($0) ? nil : pieces[$0] }
        guard !decoder.isEmpty else { return String(decoding: Array(parts.joined(separator: [0x20])), as: UTF8.self) }
        for step in decoder { parts = step.apply(parts) }
        return String(decoding: Array(parts.joined()), as: UTF8.self)
    }
}

/// Two texts as one input.
package struct TokenizedPair: Sendable, Hashable {
    /// The ids, special tokens included, after truncation.
    package let ids: [Int64]
    /// Which of the two each id belongs to, as the file's post-processor has it.
    package let typeIDs: [Int64]
    /// Whether tokens were left out.
    package let isTruncated: Bool
}
