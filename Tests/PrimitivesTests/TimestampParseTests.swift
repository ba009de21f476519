import Primitives
import Testing

@Suite("Moments as text")
struct TimestampParseTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-23T12:00:00Z", 1_795_435_200_000),
        ("2026-11-23T12:00:00.25+01:00", 1_795_431_600_250), ("2024-02-29T23:59:59.999999Z", 1_709_251_199_999),
        ("1969-12-31T23:59:59.500Z", -500), ("2000-03-01T00:00:00-05:30", 951_888_600_000),
    ])
    func `RFC 3339 is read to the millisecond`(text: String, milliseconds: Int64) throws {
        #expect(try Timestamp(rfc3339: text).milliseconds == milliseconds)
    }

    @Test func `What a moment says of itself is read as that moment`() throws {
        for milliseconds: Int64 in stride(from: -100_000_000_000, through: 4_000_000_000_000, by: 86_399_123_457) {
            let moment = Timestamp(milliseconds: milliseconds)
            #expect(try Timestamp(rfc3339: moment.description) == moment)
        }
    }

    @Test(arguments: [
        "", "now", "2026-11-23", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:00:00+25:00", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00.Z",
    ])
    func `What is no moment is refused`(text: String) {
        let failure = #expect(throws: PlatformError.self) { try Timestamp(rfc3339: text) }
        #expect(failure?.code == .invalidArgument)
    }
}
