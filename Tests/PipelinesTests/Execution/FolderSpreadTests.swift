import Foundation
import TestSupport
import Testing

@testable import Pipelines

@Suite struct FolderSpreadTests {
    @Test func `asking changes no folder's content, and twice is as once; a folder that is not there is no error`()
        throws
    {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: true)
        for _ in 0..<2 { FolderSpread.ask(below: folder.path("run")) }
        FolderSpread.ask(below: folder.path("nowhere"))
        try Workspace.makeFolder(folder.path("run/attempt"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("run")) == ["attempt"])
    }
}
