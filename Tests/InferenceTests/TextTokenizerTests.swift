import Foundation
import Inference
import Primitives
import Testing

struct TextTokenizerTests {
    private struct Row: Decodable {
        let tokenizer: String
        let text: String
        let ids: [Int64]
        let second: String
        let pairIDs: [Int64]
        let pairTypes: [Int64]
        let decoded: String
        let decodedPlain: String

        enum CodingKeys: String, CodingKey {
            case tokenizer, text, ids, second, decoded
            case pairIDs = "pair_ids"
            case pairTypes = "pair_types"
            case decodedPlain = "decoded_plain"
        }
    }

    private static let names = ["roberta", "llama3", "llama2", "t5", "clip", "wordpiece"]

    @Test(arguments: names)
    func `Texts, pairs and decoded ids are exactly what Hugging Face's tokenizers gives`(name: String) throws {
        let tokenizer = try TextTokenizer(json: Fixture.data("tokenizers/\(name).json"), maximumLength: 48)
        let rows = try Fixture.data("tokenizers/cases.jsonl").split(separator: 10)
            .map { try JSONDecoder().decode(Row.self, from: Data($0)) }
            .filter { $0.tokenizer == name }
        #expect(rows.count > 90)
        for row in rows {
            #expect(tokenizer.encode(row.text).ids == row.ids, "\(row.text.debugDescription)")
            let pair = tokenizer.encode(row.text, row.second)
            #expect(pair.ids == row.pairIDs, "\(row.text.debugDescription) and \(row.second.debugDescription)")
            #expect(pair.typeIDs == row.pairTypes, "\(row.text.debugDescription) and \(row.second.debugDescription)")
            // Swift's == takes canonically equivalent texts for one; a tokenizer must not.
            let ids = row.ids.map(Int32.init)
            #expect(
                Array(tokenizer.decode(ids, skippingSpecial: false).utf8) == Array(row.decoded.utf8),
                "\(row.text.debugDescription)"
            )
            #expect(
                Array(tokenizer.decode(ids, skippingSpecial: true).utf8) == Array(row.decodedPlain.utf8),
                "\(row.text.debugDescription)"
            )
        }
    }

    @Test func `A text of one endless word is merged in the order of the ranks, however long it is`() throws {
        let json = """
            {"added_tokens":[],"normalizer":null,"pre_tokenizer":null,"post_processor":null,"decoder":null,
             "model":{"type":"BPE","vocab":{"a":0,"aa":1,"aaaa":2},"merges":["a a","aa aa"]}}
            """
        let tokenizer = try TextTokenizer(json: Data(json.utf8), maximumLength: 1 << 20)
        #expect(tokenizer.encode(String(repeating: "a", count: 40)).ids == Array(repeating: 2, count: 10))
        #expect(
            tokenizer.encode(String(repeating: "a", count: 40_003)).ids == Array(repeating: 2, count: 10_000) + [1, 0]
        )
    }

    @Test func `Pieces that are canonically equivalent stay two pieces`() throws {
        let json = """
            {"added_tokens":[],"model":{"type":"BPE","merges":[["e","\u{301}"]],
             "vocab":{"\u{e9}":0,"e\u{301}":1,"e":2,"\u{301}":3}}}
            """
        let tokenizer = try TextTokenizer(json: Data(json.utf8), maximumLength: 8)
        #expect(tokenizer.encode("\u{e9}e\u{301}").ids == [0, 1])
    }

    /// A tokenizer file with one part changed.
    private func file(
        normalizer: String = "null",
        preTokenizer: String = "null",
        processor: String = "null",
        decoder: String = "null",
        model: String = #"{"type":"BPE","vocab":{"a":0},"merges":[]}"#
    ) -> String {
        """
        {"added_tokens":[],"normalizer":\(normalizer),"pre_tokenizer":\(preTokenizer),"post_processor":\(processor),
         "decoder":\(decoder),"model":\(model)}
        """
    }

    @Test func `What would not be done exactly is refused by name, and a broken file is called broken`() async {
        let unigram = #"{"type":"Unigram","unk_id":0,"vocab":[["a",-1.5]]}"#
        let cases = [
            (file(), "no error"), (file(model: unigram), "no error"), ("", "tokenizer_invalid"),
            ("[]", "tokenizer_invalid"), ("{}", "tokenizer_invalid"), (file(model: "{}"), "tokenizer_invalid"),
            (file(model: #"{"type":"WordLevel","vocab":{"a":0},"unk_token":"a"}"#), "tokenizer_unsupported"),
            (file(model: #"{"type":"BPE","vocab":{"a":0},"merges":["a b"]}"#), "tokenizer_invalid"),
            (file(model: #"{"type":"BPE","vocab":{"a":0},"merges":[],"dropout":0.1}"#), "tokenizer_unsupported"),
            (file(model: #"{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"b"}"#), "tokenizer_invalid"),
            (file(model: #"{"type":"BPE","vocab":{"a":99999999},"merges":[]}"#), "tokenizer_invalid"),
            (file(model: #"{"type":"Unigram","vocab":[["a",-1]]}"#), "tokenizer_unsupported"),
            (file(model: #"{"type":"Unigram","unk_id":4,"vocab":[["a",-1]]}"#), "tokenizer_invalid"),
            (file(model: #"{"type":"Unigram","unk_id":0,"vocab":[["a","b"]]}"#), "tokenizer_invalid"),
            (file(model: #"{"type":"Unigram","unk_id":0,"vocab":[["a",1e999]]}"#), "tokenizer_invalid"),
            (file(normalizer: #"{"type":"Nmt"}"#), "tokenizer_unsupported"),
            (file(normalizer: #"{"type":"Precompiled","precompiled_charsmap":"AAAA"}"#), "tokenizer_invalid"),
            (
                file(normalizer: #"{"type":"Replace","pattern":{"Regex":"(a|b)"},"content":""}"#),
                "tokenizer_unsupported"
            ),
            (file(preTokenizer: #"{"type":"UnicodeScripts"}"#), "tokenizer_unsupported"),
            (
                file(preTokenizer: #"{"type":"Split","pattern":{"Regex":"x+y"},"behavior":"Isolated"}"#),
                "tokenizer_unsupported"
            ),
            (file(preTokenizer: #"{"type":"ByteLevel"}"#, model: unigram), "tokenizer_unsupported"),
            (file(processor: #"{"type":"Other"}"#), "tokenizer_unsupported"),
            (file(processor: #"{"type":"BertProcessing"}"#), "tokenizer_invalid"),
            (file(decoder: #"{"type":"CTC"}"#), "tokenizer_unsupported"),
        ]
        for (json, expected) in cases {
            #expect(
                await code { _ = try TextTokenizer(json: Data(json.utf8), maximumLength: 64) } == expected,
                "\(json)"
            )
        }
    }

    @Test func `A bound that leaves no place for a text is refused`() async {
        let frame = """
            {"type":"TemplateProcessing","special_tokens":{"s":{"id":"s","ids":[0],"tokens":["s"]}},
             "single":[{"SpecialToken":{"id":"s","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
             "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}]}
            """
        let json = Data(file(processor: frame).utf8)
        for (bound, expected) in [(1, "tokenizer_invalid"), (2, "no error"), (1 << 21, "tokenizer_invalid")] {
            #expect(await code { _ = try TextTokenizer(json: json, maximumLength: bound) } == expected, "\(bound)")
        }
    }

    @Test func `Many threads share a tokenizer and get what one gets`() async throws {
        let tokenizer = try TextTokenizer(json: Fixture.data("tokenizers/roberta.json"), maximumLength: 48)
        let texts = (0..<400).map { "light \($0) on the table, don't wait \($0 * 7919)" }
        let alone = texts.map { tokenizer.encode($0).ids }
        let together = await withTaskGroup(of: (Int, [Int64]).self) { group in
            for (index, text) in texts.enumerated() { group.addTask { (index, tokenizer.encode(text).ids) } }
            return await group.reduce(into: [Int: [Int64]]()) { $0[$1.0] = $1.1 }
        }
        #expect(texts.indices.map { together[$0] ?? [] } == alone)
    }
}
