import Primitives
import Storage

/// The `Range` header for one range of bytes (RFC 9110 §14.1.2). Several ranges, and units other than bytes, are
/// ignored, which the standard allows: the whole object is sent.
enum ByteRange {
    /// The bytes asked for; nil for the whole object.
    ///
    /// - Throws: `range_invalid` when the range begins after the end.
    static func parse(_ header: String?, size: Int64) throws -> Range<Int64>? {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let parts = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[0].isEmpty {
            guard let count = Int64(parts[1]), count > 0, size > 0 else { return nil }
            return max(0, size - count)..<size
        }
        guard let first = Int64(parts[0]), first >= 0 else { return nil }
        guard first < size else {
            throw PlatformError(.rangeInvalid, "The range begins at byte \(first); the object has \(size) bytes.")
        }
        if parts[1].isEmpty { return first..<size }
        guard let last = Int64(parts[1]), last >= first else { return nil }
        return first..<min(size, last + 1)
    }
}
