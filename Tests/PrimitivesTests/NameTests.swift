import Primitives
import Testing

@Suite struct NameTests {
    @Test("good names pass", arguments: ["a", "Intent-2.x_y", "9lives", String(repeating: "a", count: 128)])
    func good(name: String) throws { #expect(try Name.check(name, what: "model") == name) }

    @Test(
        "names that would escape a path or a URL are refused",
        arguments: ["", ".", "..", "-x", "_x", "a/b", "a b", "ü", "a\u{0}", "a@1", String(repeating: "a", count: 129)]
    )
    func bad(name: String) {
        #expect(throws: PlatformError.self) { try Name.check(name, what: "model") }
    }

    @Test func `identifiers are 32 hexadecimal digits, differ, and sort by age`() throws {
        let ids = (0..<1_000).map { _ in IdentifierSource.system() }
        #expect(Set(ids).count == 1_000)
        #expect(ids.allSatisfy { $0.count == 32 && Hex.decode($0) != nil })
        #expect(ids == ids.sorted())
    }

    @Test(
        "the nearest word is suggested, a far one is not",
        arguments: [("retires", "retries"), ("Retries", "retries"), ("xyz", nil), ("inputs", "input"), ("", nil)]
            as [(String, String?)]
    )
    func suggestion(word: String, expected: String?) {
        #expect(Suggestion.closest(to: word, among: ["retries", "input", "outputs"]) == expected)
    }

    @Test func `a phrase lists what is known when nothing is near`() {
        #expect(Suggestion.phrase(for: "retires", among: ["retries"]) == "Did you mean 'retries'?")
        #expect(Suggestion.phrase(for: "qqq", among: ["b", "a"]) == "Known: a, b.")
        #expect(Suggestion.phrase(for: "qqq", among: [String]()) == "")
    }
}
