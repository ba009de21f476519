import Foundation
import Primitives
import Testing

@testable import Server

/// First rows of Parquet files that Arrow 25 wrote: `all` with pages of version 1, dictionaries and Snappy; `all-v2` with pages
/// of version 2, plain and uncompressed, in row groups of two.
struct WebParquetTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Parquet")

    private func data(_ name: String) throws -> Data {
        try Data(contentsOf: Self.folder.appendingPathComponent("\(name).parquet"))
    }

    private func preview(_ name: String) async throws -> ArtifactPreview {
        try await ArtifactPreview.read(WebFixtures.file("\(name).parquet", data(name)))
    }

    private static let columns = [
        "flag", "small", "whole", "unsigned", "half", "real", "word", "day", "moment", "clock", "money", "raw", "list",
        "point.x", "point.y",
    ]

    private static let rows: [[String?]] = [
        [
            "true", "1", "1099511627776", "18446744073709551615", "0.5", "0.1", "é", "2024-02-29",
            "2024-02-29 12:34:56.789", "01:02:03", "1.05", "0x00ff", "[1, 2]", "1", "a",
        ],
        [
            nil, "-2", nil, "0", nil, "1e+300", "", "1969-12-31", "1969-12-31 23:59:59.5", nil, "-0.07", "abc", "[]",
            nil, nil,
        ],
        ["false", nil, "-3", "1", "-1.25", nil, nil, nil, nil, "23:59:59.25", nil, nil, nil, nil, "b"],
        [
            "true", "4", "4", "2", "3.0", "nan", String(repeating: "x", count: 30), "1-01-01", "1970-01-01 00:00:00",
            "00:00:00", "12345678901234567890.12", "", "[null, 3]", "4", nil,
        ],
        [
            "false", "5", "5", "3", "4.0", "-0.0", String(repeating: "x", count: 30), "9999-12-31",
            "2000-01-01 00:00:00", "12:00:00", "0.00", "0x01", "[4]", "5", "c",
        ],
    ]

    @Test(arguments: ["all", "all-v2"])
    func `Every kind of value is shown as it was written`(_ name: String) async throws {
        let preview = try await preview(name)
        #expect(preview.table?.columns == Self.columns)
        #expect(preview.table?.rows.count == 5)
        for (row, wanted) in zip(preview.table?.rows ?? [], Self.rows) { #expect(row == wanted) }
        #expect(preview.details?.rows.first { $0[0] == "list" }?[1] == "list of int32")
        #expect(preview.details?.rows.first { $0[0] == "money" }?[1] == "decimal")
    }

    @Test func `A long table is cut to its first rows`() async throws {
        let preview = try await preview("long")
        #expect(preview.kind == "Parquet, \(Wording.count(3000)) rows")
        #expect(preview.table?.rows.count == PreviewTable.maximumRows)
        #expect(preview.table?.rows.last == ["199", "row 199 of a table with text", "\(199.0 / 7)"])
        #expect(preview.note?.contains("The first 200 rows") == true)
    }

    @Test func `A compression that is not read is named, and the columns are still told`() async throws {
        let preview = try await preview("zstd")
        #expect(
            preview.note?.hasSuffix("Values of whole, word are not shown, since they are compressed with zstd.") == true
        )
        #expect(preview.details?.rows.map { $0[0] } == ["whole", "word"])
        #expect(preview.table == nil)
    }

    @Test(arguments: ["all", "all-v2", "long"])
    func `A damaged file breaks nothing`(_ name: String) async throws {
        let whole = try data(name)
        var seed: UInt64 = 17
        for _ in 0..<150 {
            var bytes = [UInt8](whole)
            for _ in 0..<3 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                bytes[Int(seed >> 33) % (bytes.count - 8)] = UInt8(truncatingIfNeeded: seed >> 20)
            }
            _ = try await ArtifactPreview.read(WebFixtures.file("p.parquet", Data(bytes)))
        }
    }

    @Test func `Snappy's literals and overlapping copies are unpacked, and lies are refused`() throws {
        let packed: [UInt8] = [11, 0x08, 97, 98, 99, 0x11, 3]
        #expect(try Snappy.decompress(packed[...]) == Array("abcabcabcab".utf8))
        for bad in [[5, 0x08, 97], [3, 0x11, 3], [0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [4, 0x00, 97, 0x11, 0], []]
            as [[UInt8]]
        {
            #expect(throws: ParquetProblem.self) { try Snappy.decompress(bad[...]) }
        }
    }
}
