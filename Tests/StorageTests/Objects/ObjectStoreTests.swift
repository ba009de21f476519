import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Object store")
struct ObjectStoreTests {
    private let folder: TemporaryFolder
    private let store: ObjectStore

    init() throws {
        folder = try TemporaryFolder()
        store = try ObjectStore(root: folder.path("objects"))
    }

    /// Bytes that differ from chunk to chunk.
    private static func content(_ count: Int) -> Data {
        Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 300_000, 3_000_000])
    func `What was put is read back, whole and in parts, under its SHA-256`(count: Int) async throws {
        let content = Self.content(count)
        let stored = try store.put(content)
        #expect(stored == StoredObject(digest: .sha256(of: content), size: Int64(count)))
        #expect(try store.data(stored.digest, upTo: count) == content)
        #expect(try await Self.collect(store.stream(stored.digest)) == content)
        let part = Int64(count / 3)..<Int64(count - count / 4)
        #expect(
            try await Self.collect(store.stream(stored.digest, range: part))
                == content[Int(part.lowerBound)..<Int(part.upperBound)]
        )
        #expect(try store.size(stored.digest) == Int64(count))
        try store.verify(stored.digest)
        #expect(try store.digests() == [stored.digest])
    }

    @Test func `A file put in pieces is the same object as the bytes put at once`() throws {
        let content = Self.content(1_500_000)
        let path = try folder.write("file.bin", content)
        let writer = try store.writer()
        for start in stride(from: 0, to: content.count, by: 70_001) {
            try writer.write(content[start..<min(content.count, start + 70_001)])
        }
        #expect(try writer.finish() == store.put(file: path))
        #expect(try Self.temporaries(folder) == [])
    }

    @Test(arguments: [0, 70_000, 131_072, 299_999])
    func `One flipped byte is named by the range of its chunk`(position: Int) async throws {
        let content = Self.content(300_000)
        let digest = try store.put(content).digest
        try flip(digest, at: position)
        let start = Int64(position / 65_536 * 65_536)
        let expected = ["first_byte": "\(start)", "end_byte": "\(min(300_000, start + 65_536))"]
        for read in [
            { try store.verify(digest) }, { _ = try store.data(digest, upTo: 1 << 20) },
            { try store.materialise(digest, at: folder.path("copy"), executable: false) },
        ] as [() throws -> Void] {
            let failure = #expect(throws: PlatformError.self) { try read() }
            #expect(failure?.code == .objectCorrupt)
            #expect(failure?.context.filter { $0.key != "digest" } == expected)
        }
        let failure = await #expect(throws: PlatformError.self) { _ = try await Self.collect(store.stream(digest)) }
        #expect(failure?.context["first_byte"] == "\(start)")
        #expect(access(folder.path("copy"), F_OK) != 0)
    }

    @Test func `A range of good chunks is served from a damaged object; the damaged one is not`() async throws {
        let content = Self.content(3_000_000)
        let digest = try store.put(content).digest
        try flip(digest, at: 2_900_000)
        #expect(try await Self.collect(store.stream(digest, range: 10..<100_000)) == content[10..<100_000])
        let failure = await #expect(throws: PlatformError.self) {
            _ = try await Self.collect(store.stream(digest, range: 2_899_000..<2_901_000))
        }
        #expect(failure?.code == .objectCorrupt)
    }

    @Test func `An object that was cut short or grew is found`() throws {
        let digest = try store.put(Self.content(300_000)).digest
        try rewrite(digest) { $0.prefix(200_000) }
        var failure = #expect(throws: PlatformError.self) { try store.verify(digest) }
        #expect(failure?.context["first_byte"] == "196608")
        let other = try store.put(Self.content(200_001)).digest
        try rewrite(other) { $0 + Data([1, 2, 3]) }
        failure = #expect(throws: PlatformError.self) { try store.verify(other) }
        #expect(failure?.code == .objectCorrupt)
    }

    @Test func `Putting the same content again heals a damaged object`() throws {
        let content = Self.content(300_000)
        let digest = try store.put(content).digest
        try flip(digest, at: 5)
        #expect(try store.put(content).digest == digest)
        try store.verify(digest)
    }

    @Test func `A damaged chunk list is found though the object is good`() throws {
        let digest = try store.put(Self.content(300_000)).digest
        let path = store.folder.chunkPath(digest)
        chmod(path, 0o600)
        var list = try Data(contentsOf: URL(fileURLWithPath: path))
        list[3] ^= 1
        try list.write(to: URL(fileURLWithPath: path))
        let failure = #expect(throws: PlatformError.self) { try store.verify(digest) }
        #expect(failure?.code == .objectCorrupt)
        #expect(failure?.message.contains("chunk list") == true)
    }

    @Test func `An upload with another digest than announced is refused and leaves nothing`() throws {
        let writer = try store.writer()
        try writer.write(Data("abc".utf8))
        let failure = #expect(throws: PlatformError.self) {
            try writer.finish(expecting: .sha256(of: Data("abd".utf8)))
        }
        #expect(failure?.code == .digestMismatch)
        #expect(try Self.temporaries(folder) == [])
        #expect(try store.digests() == [])
    }

    @Test func `A missing object and a bound that is too small have their own codes`() throws {
        let absent = Digest.sha256(of: Data("absent".utf8))
        #expect(!store.contains(absent))
        do {
            let failure = #expect(throws: PlatformError.self) { try store.size(absent) }
            #expect(failure?.code == .objectMissing)
        }
        let digest = try store.put(Data("12345".utf8)).digest
        do {
            let failure = #expect(throws: PlatformError.self) { try store.data(digest, upTo: 4) }
            #expect(failure?.code == .objectTooLarge)
        }
    }

    @Test func `Temporary files of a crash are swept, those of a live writer are not`() throws {
        let stale = try folder.write("objects/tmp/stale", "half an object")
        let old = Date().addingTimeInterval(-2 * 24 * 3600)
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: stale)
        let live = try store.writer()
        _ = try ObjectStore(root: folder.path("objects"))
        #expect(try Self.temporaries(folder).count == 1)
        #expect(access(stale, F_OK) != 0)
        live.cancel()
    }

    @Test func `A copy is read-only and runs only when the tree says so`() throws {
        let digest = try store.put(Data("#!/bin/sh\n".utf8)).digest
        try store.materialise(digest, at: folder.path("plain"), executable: false)
        try store.materialise(digest, at: folder.path("tool"), executable: true)
        #expect(try Self.mode(folder.path("plain")) == 0o400)
        #expect(try Self.mode(folder.path("tool")) == 0o500)
        #expect(throws: PlatformError.self) { try store.materialise(digest, at: folder.path("tool"), executable: true) }
    }

    @Test func `A full disk has its own code`() {
        #expect(DiskFailure.make(ENOSPC, "write", "x").code == .diskFull)
        #expect(DiskFailure.make(EDQUOT, "write", "x").code == .diskFull)
    }

    private func flip(_ digest: Digest, at position: Int) throws {
        try rewrite(digest) { bytes in
            var bytes = bytes
            bytes[position] ^= 1
            return bytes
        }
    }

    private func rewrite(_ digest: Digest, _ change: (Data) -> Data) throws {
        let path = store.folder.path(digest)
        chmod(path, 0o600)
        try change(Data(contentsOf: URL(fileURLWithPath: path))).write(to: URL(fileURLWithPath: path))
    }

    private static func temporaries(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path("objects/tmp"))
    }

    private static func mode(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber).intValue
    }

    private static func collect(_ stream: AsyncThrowingStream<Data, any Error>) async throws -> Data {
        var all = Data()
        for try await block in stream { all.append(block) }
        return all
    }
}
