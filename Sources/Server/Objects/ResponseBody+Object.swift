import Hummingbird
import Primitives
import Storage

extension ResponseBody {
    /// The bytes of an object, or of a part of it; each block is checked before it is sent.
    static func object(_ digest: Digest, of size: Int64, range: Range<Int64>?, in objects: ObjectStore) -> ResponseBody
    {
        let blocks = objects.buffers(digest, range: range)
        return ResponseBody(contentLength: Int(range.map { Int64($0.count) } ?? size)) { writer in
            for try await block in blocks { try await writer.write(block) }
            try await writer.finish(nil)
        }
    }
}
