import Testing
import Tracking

@Suite struct TraceJSONTests {
    @Test(arguments: [
        "null", "true", "[1, 2.5, -3]", "{\"b\": 1, \"a\": {\"c\": [\"x\"]}}", "\"é \\\" \\\\ \\n\"", "1e-05", "NaN",
        "-Infinity", "[]", "{}",
    ])
    func `A text is written as it was read, members in their order`(_ text: String) {
        #expect(OrderedJSON.parse(text)?.text == text)
    }

    @Test(arguments: [
        "", "tru", "[1,]", "{\"a\"}", "{\"a\": 1} x", "\"open", "\"\\u12\"", "01x", "{a: 1}",
        String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    ])
    func `What is no JSON, or nests too deep, is not read`(_ text: String) {
        #expect(OrderedJSON.parse(text) == nil)
    }

    @Test func `Escapes and surrogates become characters`() {
        #expect(OrderedJSON.parse("\"\\u00e9\\ud83d\\ude00\\/\"") == .string("é😀/"))
        #expect(OrderedJSON.parse("\"\\ud83d\"") == .string("\u{FFFD}"))
    }

    @Test func `A whole number that is too large becomes a fraction`() {
        #expect(OrderedJSON.parse("9223372036854775807") == .integer(.max))
        #expect(OrderedJSON.parse("9223372036854775808") == .real(9_223_372_036_854_775_808))
    }
}
