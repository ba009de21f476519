import Foundation
import Primitives
import Storage
import TestSupport
import Testing
import Tracking

@Suite struct ArtifactTests {
    @Test(
        arguments: [
            ("a/b.txt", "a/b.txt"), ("", ""), ("a//b", "a/b"), ("./a", "a"), ("a b/é", "a b/é"), ("a..b", "a..b"),
            ("100%", "100%"),
            ("..", nil), ("a/../b", nil), ("/etc/passwd", nil), ("a\\b", nil), ("C:/x", nil), ("c:x", nil),
            ("a#b", nil),
            ("a\u{0}b", nil), ("%2e%2e/x", nil), ("%252e%252e%252fx", nil), ("%25252e%25252e/x", nil),
            ("a%2f..%2fb", nil),
            ("%5c..%5c", nil), ("file:///etc", nil), ("a\nb", nil), (String(repeating: "x", count: 4097), nil),
            ("%2525252525252e%2525252525252e/x", nil),
        ] as [(String, String?)]
    )
    func `A path stays inside, in every encoding`(_ path: String, _ wanted: String?) {
        #expect((try? ArtifactPath.check(path)) == wanted)
    }

    @Test func `A folder lists the names directly in it`() async throws {
        let folder = try TemporaryFolder()
        let store = ArtifactStore(
            database: try TestDatabase.make(),
            objects: try ObjectStore(root: folder.path("objects")),
            time: TestClock.fixed
        )
        for path in ["r/b/x", "r/b/y/z", "r/a", "r/b.txt", "r/c/d/e", "other/a"] {
            try await store.name(store.objects.put(Data(path.utf8)), path)
        }
        let entries = try await store.list("r")
        #expect(entries.map(\.name) == ["a", "b", "b.txt", "c"])
        #expect(entries.map(\.isFolder) == [false, true, false, true])
        #expect(entries.map(\.size) == [3, nil, 7, nil])
        #expect(try await store.list("r/b").map(\.name) == ["x", "y"])
        #expect(try await store.list("r/a") == [])
        #expect(try await store.list("").map(\.name) == ["other", "r"])
        #expect(await code { try await store.name(store.objects.put(Data()), "r/b") } == "INVALID_PARAMETER_VALUE")
        #expect(
            await code { try await store.name(store.objects.put(Data()), "r/a/below") } == "INVALID_PARAMETER_VALUE"
        )
        #expect(try await store.delete("r/b") == 2)
        #expect(try await store.list("r").map(\.name) == ["a", "b.txt", "c"])
    }
}
