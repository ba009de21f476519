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
