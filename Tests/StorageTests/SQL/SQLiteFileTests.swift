import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@Suite struct SQLiteFileTests {
    @Test func `Somebody else's file is read and nothing in it changes`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("aku.sqlite")
        _ = try SQLiteDatabase.open(path: path)
        let file = try SQLiteFile(path: path)
        #expect(try await file.read { try $0.first("SELECT name FROM experiment")?.text("name") } == "Default")
        await #expect(throws: PlatformError.self) { try await file.read { try $0.query("DELETE FROM experiment") } }
    }

    @Test func `A file that is not there is named`() throws {
        #expect(throws: PlatformError.self) { try SQLiteFile(path: "/nowhere/mlflow.db") }
    }
}

@Suite struct RecordSumTests {
    private func sum(_ points: [(String, Int64, Int64, Double?)]) -> RecordSum {
        var sum = RecordSum()
        for (key, timestamp, step, value) in points {
            sum.add(key: key, timestamp: timestamp, step: step, value: value)
        }
        return sum
    }

    @Test func `Order does not count, everything else does`() {
        let base = sum([("a", 1, 2, 0.5), ("b", 1, 2, nil)])
        #expect(base == sum([("b", 1, 2, nil), ("a", 1, 2, 0.5)]))
        #expect(base.hex.count == 64)
        for other in [
            sum([("a", 1, 2, 0.5)]), sum([("a", 1, 2, 0.5), ("b", 1, 2, nil), ("b", 1, 2, nil)]),
            sum([("a", 1, 2, 0.5), ("b", 1, 2, 0)]), sum([("a", 2, 1, 0.5), ("b", 1, 2, nil)]),
            sum([("b", 1, 2, 0.5), ("a", 1, 2, nil)]),
        ] {
            #expect(base != other)
            #expect(base.hex != other.hex)
        }
    }
}
