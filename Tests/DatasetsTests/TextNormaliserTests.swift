import Testing

@testable import Datasets

@Suite struct TextNormaliserTests {
    private func normal(_ text: String) -> String {
        String(decoding: TextNormaliser.normalise(Array(text.utf8)), as: UTF8.self)
    }
    private func folded(_ text: String) -> String {
        String(decoding: TextNormaliser.foldedCase(TextNormaliser.normalise(Array(text.utf8))), as: UTF8.self)
    }

    @Test(
        "text comes to one form",
        arguments: [
            ("cafe\u{301}", "caf\u{E9}"),
            ("  two \t\u{A0} words\r\n", "two words"),
            ("zero\u{200B}width\u{FEFF}", "zerowidth"),
            ("bell\u{7}\u{0} and\u{85}next", "bell and next"),
            ("\u{202A}+254 712\u{202C}", "+254 712"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("आ\u{200D}", "आ\u{200D}"),
            ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
            ("", ""), ("\u{3000}", ""), ("plain", "plain"),
        ]
    )
    func form(text: String, expected: String) {
        #expect(Array(normal(text).unicodeScalars) == Array(expected.unicodeScalars))
        #expect(normal(normal(text)) == normal(text))
    }

    @Test func `case folding joins forms that differ in case only`() {
        #expect(folded("STRASSE") == folded("Straße"))
        #expect(folded("ΟΔΟΣ") == folded("οδος"))
        #expect(folded("Turn ON") == folded("turn on"))
        #expect(folded("été") == folded("ÉTÉ"))
        #expect(folded("lit") != folded("list"))
    }

    @Test(
        "the first byte that is not UTF-8 is found",
        arguments: [
            ([0x61, 0xC3, 0xA9], nil), ([0x61, 0xFF], 1), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
            ([0xE2, 0x82], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0xF0, 0x9F, 0x92, 0xA1, 0x80], 4), ([], nil),
        ] as [([UInt8], Int?)]
    )
    func utf8(bytes: [UInt8], expected: Int?) { #expect(UTF8Check.firstInvalid(bytes) == expected) }
}
