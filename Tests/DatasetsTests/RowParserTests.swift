import Foundation
import Testing

@testable import Datasets

@Suite struct RowParserTests {
    private func written(_ line: String) throws -> String {
        var out: [UInt8] = []
        try RowParser.parse(Array(line.utf8)).write(to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test(
        "a row keeps member order and the spelling of numbers",
        arguments: [
            (
                #" {"b": 1.50, "a": [true, null, -0.1e+5], "n": 12345678901234567890} "#,
                #"{"b":1.50,"a":[true,null,-0.1e+5],"n":12345678901234567890}"#
            ),
            (#"{"t":"a\u00e9\n\"\\\/\ud83d\ude00"}"#, "{\"t\":\"aé\\n\\\"\\\\/😀\"}"),
            (#"{"t":"\u0001"}"#, #"{"t":"\u0001"}"#),
            ("{}", "{}"), ("[]", "[]"),
        ]
    )
    func roundTrip(line: String, expected: String) throws { #expect(try written(line) == expected) }

    @Test(
        "what is not JSON is refused with the reason and the byte",
        arguments: [
            (#"{"a":1,}"#, "a member name is expected", 8), (#"{"a" 1}"#, "':' is expected", 6),
            (#"{"a":1"#, "',' or '}' is expected", 7), (#"{"a":01}"#, "',' or '}' is expected", 7),
            (#"{"a":1} x"#, "more text follows the JSON value", 9),
            (#"{"a":1,"a":2}"#, "a member name appears twice", 8),
            (#"{"a":"x"#, "a string is not closed", 8), (#"{"a":"\ud800"}"#, "a lone surrogate", 13),
            (#"{"a":"\q"}"#, "an unknown escape", 8), (#"{"a":tru}"#, "'true' is expected", 6),
            ("", "the line ends where a value is expected", 1),
            (#"{"a":1.}"#, "a digit is expected", 8), ("{'a':1}", "a member name is expected", 2),
        ]
    )
    func refused(line: String, reason: String, column: Int) {
        #expect(throws: RowProblem(reason: reason, column: column)) { try RowParser.parse(Array(line.utf8)) }
    }

    @Test func `nesting is bounded`() {
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(throws: RowProblem(reason: "nested deeper than 32 levels", column: 33)) {
            try RowParser.parse(Array(deep.utf8))
        }
    }

    @Test func `every value that Foundation writes is read back the same`() throws {
        let value: [String: Any] = [
            "text": "a\u{1F600}\"\\/\u{8}\u{c}\r\n\tß", "n": [1, -2.5, 1e300], "o": ["k": NSNull()],
        ]
        let data = try JSONSerialization.data(withJSONObject: value)
        var out: [UInt8] = []
        try RowParser.parse(Array(data)).write(to: &out)
        let again = try JSONSerialization.jsonObject(with: Data(out)) as? NSDictionary
        #expect(again == value as NSDictionary)
    }
}
