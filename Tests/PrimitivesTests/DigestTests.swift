import Foundation
import Primitives
import Testing

@Suite struct DigestTests {
    private let hex = String(repeating: "0a", count: 32)

    @Test func `a digest is read with and without its prefix and written with it`() throws {
        #expect(try Digest(hex) == Digest("sha256:\(hex)"))
        #expect(try Digest(hex.uppercased()).description == "sha256:\(hex)")
        #expect(try Digest(hex).short == "0a0a0a0a0a0a")
        #expect(try CanonicalJSON.decode([Digest].self, from: CanonicalJSON.encode([Digest(hex)])) == [Digest(hex)])
    }

    @Test(
        "what is no SHA-256 digest is refused",
        arguments: [
            "", "sha256:", "sha1:0a", String(repeating: "0", count: 63), String(repeating: "g", count: 64), "sha256:0x",
        ]
    )
    func refused(text: String) {
        #expect(throws: PlatformError.self) { try Digest(text) }
    }

    @Test func `digests sort as their bytes do`() throws {
        let low = try Digest(String(repeating: "00", count: 32)), high = try Digest(String(repeating: "ff", count: 32))
        #expect(low < high)
        #expect([high, low].sorted() == [low, high])
        #expect(Digest(bytes: [1, 2]) == nil)
    }

    @Test(
        "hexadecimal is decoded exactly or not at all",
        arguments: [("00ff", [0, 255]), ("", []), ("0", nil), ("0g", nil), ("Ab", [171])] as [(String, [UInt8]?)]
    )
    func hexadecimal(text: String, bytes: [UInt8]?) { #expect(Hex.decode(text) == bytes) }
}
