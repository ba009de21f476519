import Foundation
import NIOCore
import Primitives
import TestSupport
import Testing

@testable import Storage

@Suite("Reading objects ahead")
struct ObjectReaderTests {
    private let folder: TemporaryFolder
    private let store: ObjectStore
    /// More than the blocks that are read at one time, of a size that goes past the page cache.
    private let content: Data

    init() throws {
        folder = try TemporaryFolder()
        store = try ObjectStore(root: folder.path("objects"))
        let numbers = (0..<UInt64(2_300_001)).map { $0 &* 0x9E37_79B9_7F4A_7C15 }
        content = numbers.withUnsafeBytes { Data($0) }
    }

    private func read(_ digest: Digest, _ range: Range<Int64>? = nil, pause: Duration? = nil) async throws -> Data {
        var all = Data()
        for try await part in store.buffers(digest, range: range) {
            all.append(contentsOf: part.readableBytesView)
            if let pause { try await Task.sleep(for: pause) }
        }
        return all
    }

    @Test func `Blocks that several threads read come in order, the first time and again`() async throws {
        let digest = try store.put(content).digest
        #expect(try await read(digest) == content)
        #expect(try await read(digest) == content)
    }

    @Test func `A reader that is slower than the disk gets every block once`() async throws {
        let digest = try store.put(content).digest
        #expect(try await read(digest, pause: .milliseconds(5)) == content)
    }

    @Test(arguments: [0..<1, 65_535..<65_537, 1_000_000..<9_000_003, 18_399_999..<18_400_008, 5..<5])
    func `A range of a large object is that part of it`(range: Range<Int64>) async throws {
        let digest = try store.put(content).digest
        #expect(try await read(digest, range) == content[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    @Test func `What lies before damage is handed on, and nothing behind it`() async throws {
        let digest = try store.put(content).digest
        let path = folder.path("objects/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seek(toOffset: 7_500_000)
        try file.write(contentsOf: Data([1, 2, 3, 4, 5]))
        try file.close()
        var got = Data()
        var code: ErrorCode?
        do {
            for try await part in store.buffers(digest) { got.append(contentsOf: part.readableBytesView) }
        } catch let error as PlatformError {
            code = error.code
        }
        #expect(code == .objectCorrupt)
        #expect(got == content.prefix(7 << 20))
    }
}
