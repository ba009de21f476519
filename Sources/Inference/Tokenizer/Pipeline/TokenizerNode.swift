import Primitives

/// A part of a tokenizer.json, read so that whatever is not understood is refused instead of passed over.
struct TokenizerNode {
    let value: OrderedJSON
    /// Where it stands, for messages: `pre_tokenizer.pretokenizers[1]`.
    let path: String

    /// The `type` of a normaliser, pre-tokeniser, post-processor, decoder or model.
    var type: String { value["type"]?.stringValue ?? "" }

    /// A member, or nil when it is missing or null.
    subscript(_ key: String) -> TokenizerNode? {
        guard let member = value[key] else { return nil }
        if case .null = member { return nil }
        return TokenizerNode(value: member, path: "\(path).\(key)")
    }

    /// The elements of a member that is a list; at most 64, as the steps of a sequence are few.
    func list(_ key: String) throws -> [TokenizerNode] {
        guard let elements = value[key]?.elements, elements.count <= 64 else {
            throw invalid("it has no list '\(key)' of at most 64 elements")
        }
        return elements.enumerated().map { TokenizerNode(value: $1, path: "\(path).\(key)[\($0)]") }
    }

    /// A truth value, or `standard` when it is missing or null.
    func flag(_ key: String, _ standard: Bool) throws -> Bool {
        switch value[key] {
        case nil, .null: return standard
        case .bool(let flag): return flag
        default: throw invalid("'\(key)' is not true or false")
        }
    }

    /// A text, or nil when it is missing or null.
    func text(_ key: String) throws -> String? {
        switch value[key] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw invalid("'\(key)' is no text")
        }
    }

    /// The id that a member holds.
    func id(_ key: String) throws -> Int32 {
        guard let id = value[key]?.wholeNumber, id >= 0, id < TextTokenizer.maximumVocabulary else {
            throw invalid("'\(key)' is no id from 0 to \(TextTokenizer.maximumVocabulary - 1)")
        }
        return Int32(id)
    }

    func invalid(_ reason: String) -> PlatformError {
        PlatformError(.tokenizerInvalid, "The tokenizer file is wrong at '\(path)': \(reason).")
    }

    func unsupported(_ what: String) -> PlatformError {
        PlatformError(
            .tokenizerUnsupported,
            "The tokenizer uses \(what) at '\(path)', which is not supported.",
            nextStep: "docs/tokenizers.md lists the parts that are.",
            context: ["path": path]
        )
    }
}
