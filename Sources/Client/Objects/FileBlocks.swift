import Foundation
import NIOCore
import Primitives

/// A file's content, block by block on demand.
struct FileBlocks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let path: String
    let blockBytes: Int

    init(path: String, blockBytes: Int) throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.", context: ["path": path])
        }
        self.path = path
        self.blockBytes = blockBytes
    }

    func makeAsyncIterator() -> Iterator { Iterator(path: path, blockBytes: blockBytes) }

    struct Iterator: AsyncIteratorProtocol {
        let path: String
        let blockBytes: Int
        private var handle: FileHandle?

        init(path: String, blockBytes: Int) {
            self.path = path
            self.blockBytes = blockBytes
        }

        mutating func next() async throws -> ByteBuffer? {
            let opened = try handle ?? FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            handle = opened
            guard let block = try opened.read(upToCount: blockBytes), !block.isEmpty else {
                try opened.close()
                return nil
            }
            return ByteBuffer(bytes: block)
        }
    }
}
