import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct DatasetCleanerTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(
            "in/dataset.json",
            #"{"name":"x","licence":"CC0-1.0","note":"kept","counts":{"rows":9,"by_intent":{"a":9}}}"#
        )
    }

    private func clean() throws -> CleaningReport {
        try DatasetCleaner(input: folder.path("in"), output: folder.path("out")).run()
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }

    private func failure(_ body: () throws -> Void) -> PlatformError? {
        do { try body() } catch { return error as? PlatformError }
        return nil
    }

    @Test func `rows are normalised, redacted and de-duplicated by language and folded text`() throws {
        try folder.write(
            "in/en.jsonl",
            """
            {"text":"Turn  ON the light","intent":"on","language":"en","score":1.50}
            {"text":"turn on the light ","intent":"on","language":"en"}
            {"text":"call +254712698924","intent":"call","language":"en"}
            {"text":"call +254712698925","intent":"call","language":"en"}

            {"text":"\\u0007 ","intent":"none","language":"en"}
            """
        )
        try folder.write(
            "in/sw.jsonl",
            #"{"text":"turn on the light","intent":"on","language":"sw","meta":{"by":"jo@example.org"}}"#
        )
        let report = try clean()
        #expect(
            try text("out/en.jsonl") == """
                {"text":"Turn ON the light","intent":"on","language":"en","score":1.50}
                {"text":"call <PHONE>","intent":"call","language":"en"}

                """
        )
        #expect(
            try text("out/sw.jsonl")
                == #"{"text":"turn on the light","intent":"on","language":"sw","meta":{"by":"<EMAIL>"}}"# + "\n"
        )
        var total = CleaningCounts()
        (total.rowsIn, total.rowsOut, total.duplicates, total.empty) = (6, 3, 2, 1)
        total.redactions = ["email": 1, "phone": 1, "ip": 0]
        #expect(report.total == total)
        #expect(report.shards.map(\.path) == ["en.jsonl", "sw.jsonl"])
        let input = try Data(contentsOf: URL(fileURLWithPath: folder.path("in/sw.jsonl")))
        let output = try Data(contentsOf: URL(fileURLWithPath: folder.path("out/sw.jsonl")))
        #expect(report.shards[1].inputDigest == Digest.sha256(of: input))
        #expect(report.shards[1].outputDigest == Digest.sha256(of: output))
    }

    @Test func `dataset json keeps its members and gets new row counts`() throws {
        try folder.write("in/en.jsonl", #"{"text":"a"}"#)
        _ = try clean()
        let members = try DatasetDescription(Data(text("out/dataset.json").utf8)).members
        #expect(
            members == [
                "name": "x", "licence": "CC0-1.0", "note": "kept", "counts": ["rows": 1],
                "shards": [["file": "en.jsonl", "rows": 1]],
            ]
        )
    }

    @Test func `the same input gives the same bytes, without what was removed`() throws {
        try folder.write("in/en.jsonl", #"{"text":"mail jo@example.org"}"#)
        _ = try clean()
        _ = try DatasetCleaner(input: folder.path("in"), output: folder.path("again")).run()
        for name in ["en.jsonl", "dataset.json", "provenance.json"] {
            let first = try text("out/\(name)"), second = try text("again/\(name)")
            #expect(first == second)
            #expect(!first.contains("jo@"))
        }
    }

    @Test(
        "a bad row is refused with file, line and reason, and nothing is left behind",
        arguments: [
            (
                #"{"text":}"#, "dataset_row_invalid",
                "Line 2 of 'b.jsonl' is not a row: no JSON value begins here (byte 9)."
            ),
            (
                #"[1]"#, "dataset_row_invalid",
                "Line 2 of 'b.jsonl' is not a row: the row is not a JSON object (byte 1)."
            ),
            (
                #"{"txt":"x"}"#, "dataset_row_invalid",
                "Line 2 of 'b.jsonl' is not a row: the row has no string 'text' (byte 1)."
            ),
        ]
    )
    func badRow(row: String, code: String, message: String) throws {
        try folder.write("in/a.jsonl", #"{"text":"first shard"}"#)
        try folder.write("in/b.jsonl", "{\"text\":\"ok\"}\n\(row)\n")
        let error = failure { _ = try clean() }
        #expect(error?.code.name == code)
        #expect(error?.message == message)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) == [])
    }

    @Test func `text that is not UTF-8 is refused with the byte offset in the file`() throws {
        try folder.write("in/a.jsonl", Data("{\"text\":\"ok\"}\n{\"text\":\"".utf8) + Data([0xFF]) + Data("\"}\n".utf8))
        let error = failure { _ = try clean() }
        #expect(error?.code == .invalidUTF8)
        #expect(error?.context == ["file": "a.jsonl", "line": "2", "offset": "23"])
    }

    @Test func `a row over one mebibyte is refused, one just below is taken`() throws {
        let frame = #"{"text":""}"#.utf8.count
        let longest = String(repeating: "a", count: LineSplitter.maximumRowBytes - frame)
        try folder.write("in/a.jsonl", "{\"text\":\"\(longest)\"}\n")
        #expect(try clean().total.rowsOut == 1)
        try folder.write("in/a.jsonl", "{\"text\":\"\(longest)b\"}\n")
        let error = failure { _ = try DatasetCleaner(input: folder.path("in"), output: folder.path("two")).run() }
        #expect(error?.code == .datasetRowTooLarge)
    }

    @Test func `a folder that is no data set, or an output in use, is refused`() throws {
        #expect(failure { _ = try clean() }?.code == .datasetInvalid)
        #expect(failure { _ = try DatasetFolder(path: folder.path("none")) }?.code == .fileMissing)
        try folder.write("in/a.jsonl", #"{"text":"a"}"#)
        try folder.write("out/x", "")
        #expect(failure { _ = try clean() }?.code == .outputNotEmpty)
        try folder.write("bare/a.jsonl", #"{"text":"a"}"#)
        try folder.write("bare/dataset.json", #"{"name":"bare"}"#)
        #expect(
            failure { _ = try DatasetFolder(path: folder.path("bare")) }?.message == "dataset.json has no 'licence'."
        )
    }

    @Test func `rows that cross the blocks of a file are whole`() throws {
        let rows = (0..<20_000).map { "{\"text\":\"row number \($0) ünï\"}" }
        try folder.write("in/a.jsonl", rows.joined(separator: "\r\n"))
        #expect(try clean().total.rowsOut == 20_000)
        #expect(try text("out/a.jsonl") == rows.joined(separator: "\n") + "\n")
    }
}
