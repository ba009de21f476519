import Foundation
import Primitives
import Testing

@testable import Pipelines

@Suite struct JSONListTests {
    @Test(
        arguments: [
            ("[]", []), (" [ ] ", []), ("[1,2, 3]", [1, 2, 3]), ("[\"a,b\", \"]\", \"\\\"\"]", ["a,b", "]", "\""]),
            ("[[1,[2]],{\"a\":[1,{\"b\":\"}\"}]} , null,true]", [[1, [2]], ["a": [1, ["b": "}"]]], nil, true]),
            ("[\n\t-1.5e3\r\n]", [-1500]), ("[\"\\\\\"]", ["\\"]),
        ] as [(String, [JSONValue])]
    )
    func `a list is cut into its elements`(text: String, elements: [JSONValue]) throws {
        let list = try JSONList(Data(text.utf8), limit: 10)
        #expect(try (0..<list.count).map(list.element) == elements)
    }

    @Test(
        arguments: [
            ("", .notAList), ("{}", .notAList), ("3", .notAList), ("[1", .broken(offset: 2)),
            ("[1,]", .broken(offset: 3)),
            ("[1 2]", .broken(offset: 3)), ("[1]x", .broken(offset: 3)), ("[\"a]", .broken(offset: 4)),
            ("[{]", .broken(offset: 3)), ("[,]", .broken(offset: 1)), ("[1,2,3,4]", .tooMany),
        ] as [(String, JSONList.Problem)]
    )
    func `what is no list is refused with its place`(text: String, problem: JSONList.Problem) {
        #expect(throws: problem) { try JSONList(Data(text.utf8), limit: 3) }
    }

    @Test func `an element that is no JSON is found when it is read`() throws {
        let list = try JSONList(Data("[1, tru, 3]".utf8), limit: 3)
        #expect(throws: PlatformError.self) { try list.element(1) }
        #expect(try list.element(2) == 3)
    }

    @Test func `a list of a million is refused after the bound, not after the million`() {
        let data = Data(("[" + String(repeating: "0,", count: 999_999) + "0]").utf8)
        #expect(throws: JSONList.Problem.tooMany) { try JSONList(data, limit: 1_000) }
    }
}
