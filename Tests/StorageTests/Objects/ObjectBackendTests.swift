import Foundation
import Primitives
import TestSupport
import Testing

@testable import Storage

/// Where a store of the shared suite keeps its objects.
enum Keeper: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case files, moto, rclone, juicefs

    var testDescription: String { rawValue }

    /// A store that nobody else uses.
    func store(_ folder: TemporaryFolder, time: TimeSource = .system) throws -> ObjectStore {
        let server: S3Server.Kind
        switch self {
        case .files: return try ObjectStore(root: folder.path("objects"))
        case .moto: server = .moto
        case .rclone: server = .rclone
        case .juicefs: server = .juicefs
        }
        return try S3Server.shared(server).store(UUID().uuidString, cache: folder.path("cache"), time: time)
    }
}

/// What every backend must do alike.
@Suite("Object store on every backend", .serialized)
struct ObjectBackendTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Bytes that differ from chunk to chunk, made quickly.
    private static func content(_ count: Int) -> Data {
        let step = 64 << 10
        let pattern = Data((0..<step).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
        var content = Data(capacity: count + step)
        while content.count < count {
            content.append(UInt8(truncatingIfNeeded: content.count / step))
            content.append(pattern)
        }
        return content.prefix(count)
    }

    /// The same objects seen by a machine that has none of them.
    private func elsewhere(_ store: ObjectStore) throws -> ObjectStore {
        guard let objects = store.backend as? S3Objects else { return store }
        let cache = try ObjectFolder(root: folder.path("cache-\(UUID().uuidString)"))
        return ObjectStore(backend: S3Objects(sharing: objects, folder: cache))
    }

    @Test(arguments: Keeper.allCases, [0, 1, 65_537, 3_000_000, 20_000_000])
    func `What was put is read back on another machine, whole and in parts`(keeper: Keeper, count: Int) async throws {
        let store = try keeper.store(folder)
        let content = Self.content(count)
        let stored = try store.put(content)
        #expect(stored == StoredObject(digest: .sha256(of: content), size: Int64(count)))
        let reader = try elsewhere(store)
        #expect(reader.contains(stored.digest))
        #expect(try reader.size(stored.digest) == Int64(count))
        #expect(try await Self.collect(reader.stream(stored.digest)) == content)
        #expect(try reader.data(stored.digest, upTo: count) == content)
        let part = Int64(count / 3)..<Int64(count - count / 4)
        let expected = content[Int(part.lowerBound)..<Int(part.upperBound)]
        #expect(try await Self.collect(elsewhere(store).stream(stored.digest, range: part)) == expected)
        try reader.verify(stored.digest)
        #expect(try store.digests() == [stored.digest])
    }

    @Test(arguments: Keeper.allCases)
    func `A tree is read back, and what is missing is said in order`(keeper: Keeper) throws {
        let store = try keeper.store(folder)
        for name in 0..<12 { try folder.write("tree/\(name % 3)/\(name).txt", "file \(name)") }
        let tree = try store.putTree(directory: folder.path("tree"))
        let reader = try elsewhere(store)
        #expect(try reader.tree(tree.digest) == tree.tree)
        try reader.materialise(tree: tree.digest, at: folder.path("copy"))
        #expect(try String(contentsOfFile: folder.path("copy/2/11.txt"), encoding: .utf8) == "file 11")
        let absent = (0..<3).map { Digest.sha256(of: Data("absent \($0)".utf8)) }
        #expect(try reader.missing([absent[0], tree.digest, absent[1], absent[2]]) == absent)
        #expect(!reader.contains(absent[0]))
        let failure = #expect(throws: PlatformError.self) { try reader.data(absent[0], upTo: 10) }
        #expect(failure?.code == .objectMissing)
        #expect(try store.digests().count == 13)
    }

    @Test(arguments: Keeper.allCases, [10, 300_000, 12_000_000])
    func `Damaged bytes are never handed on, and putting the content again heals them`(keeper: Keeper, count: Int)
        throws
    {
        let store = try keeper.store(folder)
        let content = Self.content(count)
        let digest = try store.put(content).digest
        try damage(store, digest, content)
        let reader = try elsewhere(store)
        for read in [{ _ = try reader.data(digest, upTo: count) }, { try reader.verify(digest) }] as [() throws -> Void]
        {
            let failure = #expect(throws: PlatformError.self) { try read() }
            #expect(failure?.code == .objectCorrupt)
        }
        #expect(try reader.put(content).digest == digest)
        try reader.verify(digest)
        #expect(try elsewhere(store).data(digest, upTo: count) == content)
    }

    @Test(arguments: [Keeper.moto, .rclone, .juicefs])
    func `A damaged copy in the cache is fetched anew`(keeper: Keeper) throws {
        let store = try keeper.store(folder)
        let content = Self.content(200_000)
        let digest = try store.put(content).digest
        let path = store.folder.path(digest)
        chmod(path, 0o600)
        try Self.content(199_999).write(to: URL(fileURLWithPath: path))
        #expect(try store.data(digest, upTo: 1 << 20) == content)
        #expect(FileManager.default.contents(atPath: path) == content)
    }

    @Test(arguments: Keeper.allCases)
    func `Parts become one object`(keeper: Keeper) throws {
        let store = try keeper.store(folder)
        let parts = [Self.content(1_500_000), Self.content(10), Self.content(70_000)]
        let digests = try parts.map { try store.put($0).digest }
        let whole = parts.reduce(Data(), +)
        #expect(try store.concatenate(digests) == StoredObject(digest: .sha256(of: whole), size: Int64(whole.count)))
    }

    @Test(arguments: Keeper.allCases)
    func `What is set aside is brought back by whoever asks for it, and is gone when it is removed`(keeper: Keeper)
        throws
    {
        let store = try keeper.store(folder)
        let backend = store.backend
        let later = Timestamp.now().advanced(byMilliseconds: 60_000)
        let contents = [Self.content(10), Self.content(200_000), Self.content(9_000_000)]
        for (index, content) in contents.enumerated() {
            let digest = try store.put(content).digest
            #expect(try !backend.setAside(digest, unlessUsedSince: later.advanced(byMilliseconds: -120_000)))
            #expect(try backend.setAside(digest, unlessUsedSince: later))
            #expect(try backend.aside().map(\.digest) == [digest])
            let reader = try elsewhere(store)
            switch index {
            case 0: #expect(reader.contains(digest))
            case 1: #expect(try reader.data(digest, upTo: 1 << 20) == content)
            default: try reader.verify(digest)
            }
            #expect(try backend.aside().isEmpty)
            try reader.verify(digest)
            #expect(try backend.setAside(digest, unlessUsedSince: later))
            try backend.discard(digest)
            #expect(try !elsewhere(store).contains(digest))
        }
    }

    @Test(arguments: Keeper.allCases)
    func `A probe leaves nothing`(keeper: Keeper) throws {
        let store = try keeper.store(folder)
        try store.probe()
        #expect(try store.digests() == [])
    }

    /// Changes one byte of an object where it is kept for good.
    private func damage(_ store: ObjectStore, _ digest: Digest, _ content: Data) throws {
        var changed = content
        changed[changed.count / 2] ^= 1
        if let objects = store.backend as? S3Objects {
            try objects.overwrite(digest, with: changed)
            return
        }
        let path = store.folder.path(digest)
        chmod(path, 0o600)
        try changed.write(to: URL(fileURLWithPath: path))
    }

    private static func collect(_ stream: AsyncThrowingStream<Data, any Error>) async throws -> Data {
        var all = Data()
        for try await block in stream { all.append(block) }
        return all
    }
}
