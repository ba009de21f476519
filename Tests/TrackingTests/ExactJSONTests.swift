import Primitives
import Testing
import Tracking

@Suite struct ExactJSONTests {
    @Test(arguments: [
        "{\"b\": 1, \"a\": 1.0, \"c\": 1e5}", "[NaN, -Infinity, true, null]", "\"\\u0001 \\\" \\\\ \\n é\"",
        "{\"a\": {\"b\": []}}", "12345678901234567890123",
    ])
    func `A document is written as it was read`(_ text: String) throws {
        #expect(try ExactJSON(parsing: text, what: "it").written == text)
    }

    @Test func `Escapes and surrogate pairs become the characters they stand for`() throws {
        let value = try ExactJSON(parsing: "\"\\ud83d\\ude00\\u00e9\\/\\t\"", what: "it")
        #expect(value == .string("😀é/\t"))
    }

    @Test func `Of members with one name the last counts`() throws {
        let value = try ExactJSON(parsing: "{\"a\": 1, \"b\": 2, \"a\": 3}", what: "it")
        #expect(value.written == "{\"a\": 3, \"b\": 2}")
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "-", "nul", "\"\\ud83d\"", "\"open", "[1] 2", "{'a': 1}", "\"\\x\"",
        String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
    ])
    func `What is no JSON, or too deep, is refused`(_ text: String) {
        #expect(throws: PlatformError.self) { try ExactJSON(parsing: text, what: "it") }
    }
}
