import Foundation
import Primitives
import Testing

@Suite struct JSONValueTests {
    @Test(
        "canonical JSON has one form for one value",
        arguments: [
            (#"{ "b" : 1, "a" : [true, null, "x/y"] }"#, #"{"a":[true,null,"x/y"],"b":1}"#),
            (#"{"n": -3.5, "i": 9007199254740993}"#, #"{"i":9007199254740993,"n":-3.5}"#),
            (#""é""#, #""é""#),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let value = try CanonicalJSON.decode(JSONValue.self, from: Data(text.utf8))
        #expect(try CanonicalJSON.text(value) == expected)
        #expect(try CanonicalJSON.decode(JSONValue.self, from: Data(expected.utf8)) == value)
    }

    @Test func `a shape that does not fit is refused with the place and the reason`() {
        for text in ["{}", #"{"name":1}"#, "{", ""] {
            let error = #expect(throws: PlatformError.self) {
                try CanonicalJSON.decode([String: [String]].self, from: Data("[\(text)]".utf8))
            }
            #expect(error?.code == .invalidJSON)
        }
    }

    @Test func `members are read by kind`() {
        let value: JSONValue = ["s": "x", "i": 3, "n": 2.5, "whole": 4.0, "list": [1], "none": nil]
        #expect(value["s"]?.stringValue == "x")
        #expect(value["i"]?.integerValue == 3)
        #expect(value["i"]?.numberValue == 3)
        #expect(value["n"]?.integerValue == nil)
        #expect(value["whole"]?.integerValue == 4)
        #expect(value["list"]?.arrayValue == [1])
        #expect(value["none"] == JSONValue.null)
        #expect(value["missing"] == nil)
        #expect(JSONValue.string("x")["s"] == nil)
    }
}
