import Foundation
import Primitives

/// A file that a run logged, with the means to read it.
struct ArtifactFile: Sendable {
    let path: String
    let size: Int64
    let digest: String
    /// Its checked bytes, all or a part.
    let stream: @Sendable (_ range: Range<Int64>?) -> AsyncThrowingStream<Data, any Error>

    /// The bytes of a range, cut to the file.
    func bytes(_ range: Range<Int64>) async throws -> Data {
        let range = max(0, range.lowerBound)..<min(size, range.upperBound)
        guard !range.isEmpty else { return Data() }
        var out = Data()
        for try await part in stream(range) { out.append(part) }
        return out
    }
}

/// What the first bytes of a file say that it is; names are not believed.
enum FileSignature {
    /// The media type of an image that browsers draw and that cannot hold a script; nil for anything else.
    static func imageType(_ head: Data) -> String? {
        let bytes = [UInt8](head.prefix(12))
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) { return "image/gif" }
        let isWebP =
            bytes.count == 12 && bytes.starts(with: Array("RIFF".utf8)) && bytes[8...].elementsEqual("WEBP".utf8)
        return isWebP ? "image/webp" : nil
    }

    /// The text of bytes that are UTF-8 without control characters; a character cut at the end is left out.
    static func text(_ head: Data) -> String? {
        for cut in 0..<4 where cut <= head.count {
            if let text = String(data: head.dropLast(cut), encoding: .utf8) {
                return text.utf8.contains(0) ? nil : text
            }
        }
        return nil
    }
}
