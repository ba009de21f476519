import Foundation
import Primitives
import TestSupport
import Testing
import Tracking

@Suite struct ArtifactLocationTests {
    @Test(arguments: [
        ("path/to", "/w/path/to"), ("/path/to", "/path/to"), ("file:path", "file:///w/path"),
        ("file:///path", "file:///path"), ("s3://b/x", "s3://b/x"), ("mlflow-artifacts:/", "mlflow-artifacts:/"),
    ])
    func `A relative path starts from the working folder`(_ given: String, _ wanted: String) {
        #expect(ArtifactLocation.resolve(given, workingFolder: "/w") == wanted)
    }

    @Test(arguments: [
        ("s3://bucket/root", "s3://bucket/root/7"), ("s3://bucket/root/", "s3://bucket/root/7"),
        ("s3://bucket?creds=x", "s3://bucket/7?creds=x"), ("db+x://u:p@h?c=m#f", "db+x://u:p@h/7?c=m#f"),
        ("/a/#b?", "/a/#b?/7"), ("file:///a?p=v#f", "file:///a/7?p=v#f"), ("mlflow-artifacts:/", "mlflow-artifacts:/7"),
    ])
    func `A path goes before a query`(_ location: String, _ wanted: String) {
        #expect(ArtifactLocation.append("7", to: location) == wanted)
    }

    @Test(arguments: ["s3://b/a#f", "s3://b/../a", "s3://b?x=../a", "runs:/1/a", "s3://b/%2e%2e/a", "a;b", "a\\..\\b"])
    func `A location that leads elsewhere is refused`(_ location: String) async {
        #expect(
            await code { try ArtifactLocation.check(location, parameter: "artifact_location") }
                == "INVALID_PARAMETER_VALUE"
        )
    }

    @Test func `A local root serves what is strictly below it, and no link out of it`() throws {
        let folder = try TemporaryFolder()
        let root = folder.path("root")
        let local = try #require(LocalArtifacts(root: "file://\(root)"))
        let run = try #require(local.folder(of: "file://\(root)/0/r/artifacts"))
        try local.write(Data("hello".utf8), to: "\(run)/a/b.txt")
        try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.path("secret")))
        try FileManager.default.createSymbolicLink(atPath: "\(run)/link", withDestinationPath: folder.path("secret"))
        #expect(try local.list(run).map(\.name) == ["a"])
        #expect(try local.file("\(run)/a/b.txt").size == 5)
        #expect(throws: PlatformError.self) { try local.file("\(run)/link") }
        #expect(throws: PlatformError.self) { try local.file("\(run)/none") }
        #expect(local.folder(of: "file://\(folder.path("other"))") == nil)
        #expect(local.folder(of: root) == nil)
        #expect(local.folder(of: "\(root)/../secret") == nil)
        #expect(LocalArtifacts(root: "mlflow-artifacts:/") == nil)
    }
}
