import Foundation
import Primitives
import Testing

@Suite struct TimestampTests {
    @Test(
        "a moment is written in RFC 3339, UTC, with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_767_225_600_120, "2026-01-01T00:00:00.120Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1_000, "1969-12-31T23:59:59.000Z"),
        ] as [(Int64, String)]
    )
    func written(milliseconds: Int64, expected: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == expected)
    }

    @Test func `a moment is coded as its milliseconds`() throws {
        let moment = Timestamp(milliseconds: 1_767_225_600_120)
        #expect(try CanonicalJSON.text([moment]) == "[1767225600120]")
        #expect(try CanonicalJSON.decode([Timestamp].self, from: Data("[1767225600120]".utf8)) == [moment])
        #expect(moment.advanced(byMilliseconds: 1) > moment)
    }
}

@Suite struct PlatformErrorTests {
    @Test func `an error reads as code, message and next step`() {
        let error = PlatformError(.notFound, "No run 'x'.", nextStep: "List runs.", context: ["run_id": "x"])
        #expect(error.description == "not_found: No run 'x'. List runs.")
        #expect(PlatformError(.notFound, "No run 'x'.").description == "not_found: No run 'x'.")
        #expect(error.localizedDescription == error.description)
    }
}
