import Primitives
import Testing

@Suite struct OrderedJSONTests {
    @Test(arguments: [
        "{\"b\": 1, \"a\": 1.0, \"c\": 1e5}", "[NaN, -Infinity, true, null]", "\"\\u0001 \\\" \\\\ \\n \\t é\"",
        "{\"a\": {\"b\": []}}", "12345678901234567890123", "1e-05", "{}", "-0.50",
    ])
    func `A document is written as it was read`(_ text: String) throws {
        #expect(try OrderedJSON(parsing: text, what: "it").written == text)
        #expect(OrderedJSON.parse(text)?.written == text)
    }

    @Test func `Escapes and surrogate pairs become the characters they stand for`() throws {
        let value = try OrderedJSON(parsing: "\"\\ud83d\\ude00\\u00e9\\/\\t\\\\\"", what: "it")
        #expect(value == .string("😀é/\t\\"))
    }

    @Test func `Half of a surrogate pair is refused where data is kept and replaced where it is shown`() {
        #expect(throws: PlatformError.self) { try OrderedJSON(parsing: "\"\\ud83d\"", what: "it") }
        #expect(OrderedJSON.parse("\"\\ud83d\"") == .string("\u{FFFD}"))
        #expect(OrderedJSON.parse("\"\\ud83d\\u0041\"") == .string("\u{FFFD}A"))
        #expect(OrderedJSON.parse("\"\\ude00x\"") == .string("\u{FFFD}x"))
    }

    @Test func `Of members with one name the last counts`() throws {
        let value = try OrderedJSON(parsing: "{\"a\": 1, \"b\": 2, \"a\": 3}", what: "it")
        #expect(value.written == "{\"a\": 3, \"b\": 2}")
    }

    @Test func `Equal documents have equal canonical texts`() throws {
        let one = try OrderedJSON(parsing: "{\"b\":[1,{\"d\":1,\"c\":2}],\"a\":0}", what: "it")
        let other = try OrderedJSON(parsing: "{\"a\": 0, \"b\": [1, {\"c\": 2, \"d\": 1}]}", what: "it")
        #expect(one.canonical == other.canonical)
        #expect(one.written != other.written)
    }

    @Test func `A whole number is one that is written so and has a place in 64 bits`() {
        #expect(OrderedJSON.parse("9223372036854775807")?.wholeNumber == .max)
        #expect(OrderedJSON.parse("9223372036854775808")?.wholeNumber == nil)
        #expect(OrderedJSON.parse("9223372036854775808")?.numberValue == 9_223_372_036_854_775_808)
        #expect(OrderedJSON.parse("2.0")?.wholeNumber == nil)
        #expect(OrderedJSON.parse("2.0")?.integerValue == 2)
        #expect(OrderedJSON.parse("[1, 2.5]")?.withRealNumbers.written == "[1.0, 2.5]")
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "-", ".5", "+1", "1e", "nul", "\"open", "[1] 2", "{'a': 1}",
        "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"a\nb\"", "{a: 1}", "01x", "tru",
        String(repeating: "[", count: 300) + String(repeating: "]", count: 300),
    ])
    func `What is no JSON, or too deep, is refused`(_ text: String) {
        #expect(throws: PlatformError.self) { try OrderedJSON(parsing: text, what: "it") }
        #expect(OrderedJSON.parse(text) == nil)
    }
}
