import Primitives

/// What frames a text, or two: special tokens and the type of each part.
struct PostProcessor: Sendable {
    enum Step: Sendable {
        case special([Int32], type: Int64)
        case first(type: Int64)
        case second(type: Int64)
    }

    let single: [Step]
    let pair: [Step]

    /// Ids that frame one text, and two.
    var addedToSingle: Int { Self.added(single) }
    var addedToPair: Int { Self.added(pair) }

    private static func added(_ steps: [Step]) -> Int {
        steps.reduce(0) { if case .special(let ids, _) = $1 { $0 + ids.count } else { $0 } }
    }

    private static let plain = PostProcessor(
        single: [.first(type: 0)],
        pair: [.first(type: 0), .second(type: 1)]
    )

    private init(single: [Step], pair: [Step]) {
        self.single = single
        self.pair = pair
    }

    /// Reads a post-processor.
    ///
    /// - Throws: `tokenizer_unsupported`, `tokenizer_invalid`.
    init(_ node: TokenizerNode?) throws {
        guard let node else {
            self = Self.plain
            return
        }
        switch node.type {
        case "ByteLevel": self = Self.plain
        case "Sequence":
            let framing = try node.list("processors").filter { $0.type != "ByteLevel" }
            guard framing.count <= 1 else { throw node.unsupported("more than one framing post-processor") }
            try self.init(framing.first)
        case "BertProcessing", "RobertaProcessing":
            let isBert = node.type == "BertProcessing"
            let cls = Step.special([try Self.id(node, "cls")], type: 0)
            let sep = try Self.id(node, "sep")
            let single = [cls, .first(type: 0), .special([sep], type: 0)]
            self.init(
                single: single,
                pair: isBert
                    ? single + [.second(type: 1), .special([sep], type: 1)]
                    : single + [.special([sep], type: 0), .second(type: 0), .special([sep], type: 0)]
            )
        case "TemplateProcessing":
            self.init(single: try Self.template(node, "single"), pair: try Self.template(node, "pair"))
        default: throw node.unsupported("the post-processor '\(node.type)'")
        }
    }

    /// `["[CLS]", 101]`.
    private static func id(_ node: TokenizerNode, _ key: String) throws -> Int32 {
        guard let id = node.value[key]?.elements?.last?.wholeNumber, let small = Int32(exactly: id), small >= 0 else {
            throw node.invalid("'\(key)' is no token with its id")
        }
        return small
    }

    private static func template(_ node: TokenizerNode, _ key: String) throws -> [Step] {
        try node.list(key).map { step in
            if let sequence = step["Sequence"] {
                let type = Int64(try sequence.id("type_id"))
                return try sequence.text("id") == "B" ? .second(type: type) : .first(type: type)
            }
            guard let special = step["SpecialToken"], let name = try special.text("id") else {
                throw step.invalid("it is neither a sequence nor a special token")
            }
            guard let ids = node.value["special_tokens"]?[name]?["ids"]?.elements else {
                throw step.invalid("special_tokens lacks '\(name)'")
            }
            return .special(
                try ids.map { id in
                    guard let small = id.wholeNumber.flatMap(Int32.init(exactly:)), small >= 0 else {
                        throw step.invalid("an id of '\(name)' is no id")
                    }
                    return small
                },
                type: Int64(try special.id("type_id"))
            )
        }
    }
}
