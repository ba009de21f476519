import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@Suite("Trees")
struct TreeTests {
    private let folder: TemporaryFolder
    private let store: ObjectStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ObjectStore(root: folder.path("objects"))
        try folder.write("source/model.bin", Data(repeating: 7, count: 100_000))
        try folder.write("source/code/run.sh", "echo hello\n")
        try folder.write("source/code/a b.txt", "")
        chmod(folder.path("source/code/run.sh"), 0o755)
    }

    @Test func `A folder comes back with the same files, sorted by path`() throws {
        let stored = try store.putTree(directory: folder.path("source"))
        #expect(stored.tree.entries.map(\.path) == ["code/a b.txt", "code/run.sh", "model.bin"])
        #expect(stored.tree.entries.map(\.executable) == [false, true, false])
        #expect(stored.bytes == 100_011)
        #expect(try store.tree(stored.digest) == stored.tree)
        try store.materialise(tree: stored.digest, at: folder.path("copy"))
        #expect(try store.putTree(directory: folder.path("copy")) == stored)
        try store.verify(tree: stored.digest)
    }

    @Test func `The digest depends on names, bytes and the executable bit only`() throws {
        let first = try store.putTree(directory: folder.path("source")).digest
        try FileManager.default.setAttributes(
            [.modificationDate: Date.distantPast],
            ofItemAtPath: folder.path("source/model.bin")
        )
        try FileManager.default.createDirectory(atPath: folder.path("source/empty"), withIntermediateDirectories: true)
        #expect(try store.putTree(directory: folder.path("source")).digest == first)
        chmod(folder.path("source/model.bin"), 0o755)
        #expect(try store.putTree(directory: folder.path("source")).digest != first)
    }

    @Test func `A link inside the folder is followed; one that leaves it is refused`() throws {
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: folder.path("source/latest.bin"), withDestinationPath: "model.bin")
        #expect(try store.putTree(directory: folder.path("source")).tree.entries.count == 4)
        try folder.write("secret", "outside")
        try manager.createSymbolicLink(atPath: folder.path("source/leak"), withDestinationPath: "../secret")
        let failure = #expect(throws: PlatformError.self) { try store.putTree(directory: folder.path("source")) }
        #expect(failure?.code == .treeInvalid)
        #expect(failure?.context["path"] == "leak")
    }

    @Test func `A pipe is refused`() throws {
        #expect(mkfifo(folder.path("source/pipe"), 0o600) == 0)
        do {
            let failure = #expect(throws: PlatformError.self) { try store.putTree(directory: folder.path("source")) }
            #expect(failure?.code == .treeInvalid)
        }
    }

    @Test(arguments: ["../up", "/absolute", "a/../b", "a//b", "", "./a", "a/", "nul\0"])
    func `A path that is not plain and relative is refused, also when it arrives as JSON`(path: String) throws {
        let entry = TreeEntry(path: path, digest: .sha256(of: Data()), size: 0, executable: false)
        do {
            let failure = #expect(throws: PlatformError.self) { try Tree(entries: [entry]) }
            #expect(failure?.code == .treeInvalid)
        }
        let json = try CanonicalJSON.encode(["entries": [entry]])
        let digest = try store.put(json).digest
        do {
            let failure = #expect(throws: PlatformError.self) { try store.tree(digest) }
            #expect(failure?.code == .treeInvalid)
        }
    }

    @Test func `Two files of one name, and a file inside a file, are refused`() throws {
        let digest = Digest.sha256(of: Data())
        func entry(_ path: String) -> TreeEntry { TreeEntry(path: path, digest: digest, size: 0, executable: false) }
        #expect(throws: PlatformError.self) { try Tree(entries: [entry("a"), entry("a")]) }
        #expect(throws: PlatformError.self) { try Tree(entries: [entry("a"), entry("a/b")]) }
    }

    @Test func `A tree whose file is missing is named by the file's digest`() throws {
        let stored = try store.putTree(directory: folder.path("source"))
        let lost = stored.tree.entries[1].digest
        unlink(folder.path("objects/\(lost.hex.prefix(2))/\(lost.hex.dropFirst(2))"))
        let failure = #expect(throws: PlatformError.self) { try store.verify(tree: stored.digest) }
        #expect(failure?.code == .objectMissing)
        #expect(failure?.context["digest"] == lost.description)
    }
}
