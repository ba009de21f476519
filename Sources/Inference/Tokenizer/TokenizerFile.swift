import Foundation
import Primitives

/// The parts of Hugging Face's tokenizer.json that decide tokens, apart from the vocabulary.
struct TokenizerFile: Decodable {
    struct AddedToken: Decodable {
        let id: Int32
        let content: String
        let normalized: Bool
        let singleWord: Bool
        let lstrip: Bool
        let rstrip: Bool

        enum CodingKeys: String, CodingKey {
            case id, content, normalized, lstrip, rstrip
            case singleWord = "single_word"
        }
    }

    struct Normalizer: Decodable {
        let type: String
        let cleanText: Bool?
        let handleChineseChars: Bool?
        let stripAccents: Bool?
        let lowercase: Bool?

        enum CodingKeys: String, CodingKey {
            case type, lowercase
            case cleanText = "clean_text"
            case handleChineseChars = "handle_chinese_chars"
            case stripAccents = "strip_accents"
        }
    }

    struct Kind: Decodable {
        let type: String
    }

    struct Processor: Decodable {
        struct Step: Decodable {
            struct Reference: Decodable {
                let id: String
            }
            let special: Reference?
            let sequence: Reference?

            enum CodingKeys: String, CodingKey {
                case special = "SpecialToken"
                case sequence = "Sequence"
            }
        }
        struct Special: Decodable {
            let ids: [Int32]
        }
        let type: String
        let single: [Step]?
        let specialTokens: [String: Special]?
        /// `BertProcessing` keeps `["[CLS]", 101]`.
        let cls: [JSONValue]?
        let sep: [JSONValue]?

        enum CodingKeys: String, CodingKey {
            case type, single, cls, sep
            case specialTokens = "special_tokens"
        }
    }

    struct Model: Decodable {
        let type: String?
        let unknownToken: String
        let continuingPrefix: String
        let maximumWordScalars: Int

        enum CodingKeys: String, CodingKey {
            case type
            case unknownToken = "unk_token"
            case continuingPrefix = "continuing_subword_prefix"
            case maximumWordScalars = "max_input_chars_per_word"
        }
    }

    let addedTokens: [AddedToken]
    let normalizer: Normalizer
    let preTokenizer: Kind
    let postProcessor: Processor?
    let model: Model

    enum CodingKeys: String, CodingKey {
        case normalizer, model
        case addedTokens = "added_tokens"
        case preTokenizer = "pre_tokenizer"
        case postProcessor = "post_processor"
    }
}

extension TokenizerFile {
    /// Refuses what this tokenizer would not do exactly as Hugging Face's.
    ///
    /// - Throws: `tokenizer_unsupported`, naming the part.
    func check() throws {
        func refuse(_ part: String) -> PlatformError {
            PlatformError(
                .tokenizerUnsupported,
                "The tokenizer uses \(part), which is not supported.",
                nextStep: "Use a BERT tokenizer: BertNormalizer, BertPreTokenizer and WordPiece."
            )
        }
        if normalizer.type != "BertNormalizer" { throw refuse("the normaliser '\(normalizer.type)'") }
        if preTokenizer.type != "BertPreTokenizer" { throw refuse("the pre-tokeniser '\(preTokenizer.type)'") }
        if let type = model.type, type != "WordPiece" { throw refuse("the model '\(type)'") }
        if let processor = postProcessor, !["TemplateProcessing", "BertProcessing"].contains(processor.type) {
            throw refuse("the post-processor '\(processor.type)'")
        }
        for token in addedTokens where token.normalized || token.singleWord || token.lstrip || token.rstrip {
            throw refuse("the added token '\(token.content)' with normalized, single_word, lstrip or rstrip")
        }
    }

    /// The ids before and after a text's own.
    func frame() throws -> (before: [Int32], after: [Int32]) {
        guard let processor = postProcessor else { return ([], []) }
        if processor.type == "BertProcessing" {
            let ids = [processor.cls, processor.sep].map { $0?.last?.integerValue.map(Int32.init(truncatingIfNeeded:)) }
            return (ids[0].map { [$0] } ?? [], ids[1].map { [$0] } ?? [])
        }
        var before: [Int32] = [], after: [Int32] = []
        var passed = false
        for step in processor.single ?? [] {
            if step.sequence != nil { passed = true }
            guard let name = step.special?.id else { continue }
            guard let ids = processor.specialTokens?[name]?.ids else {
                throw PlatformError(.tokenizerInvalid, "The template names '\(name)', which special_tokens lacks.")
            }
            if passed { after += ids } else { before += ids }
        }
        return (before, after)
    }
}
