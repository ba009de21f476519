import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@Suite("Data folder")
struct DataFolderTests {
    @Test func `A second server on the same folder is refused and told the process`() throws {
        let folder = try TemporaryFolder()
        let first = try DataFolder(path: folder.path("data"))
        let failure = #expect(throws: PlatformError.self) { try DataFolder(path: folder.path("data")) }
        #expect(failure?.code == .dataFolderInUse)
        #expect(failure?.context["pid"] == "\(getpid())")
        withExtendedLifetime(first) {}
    }

    @Test func `An open database keeps its folder locked`() throws {
        let folder = try TemporaryFolder()
        var database: SQLiteDatabase? = try SQLiteDatabase.open(in: DataFolder(path: folder.path("data")))
        #expect(throws: PlatformError.self) { try DataFolder(path: folder.path("data")) }
        withExtendedLifetime(database) {}
        database = nil
        _ = try DataFolder(path: folder.path("data"))
    }

    @Test func `The folder is free again when its holder is gone`() throws {
        let folder = try TemporaryFolder()
        do { _ = try DataFolder(path: folder.path("data")) }
        _ = try DataFolder(path: folder.path("data"))
    }

    @Test func `The folder and its keys are the owner's alone`() throws {
        let folder = try TemporaryFolder()
        let data = try DataFolder(path: folder.path("data"))
        for path in [data.path, data.keys] {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o700)
        }
        for path in [data.objects, data.work, data.logs] { #expect(FileManager.default.fileExists(atPath: path)) }
    }
}
