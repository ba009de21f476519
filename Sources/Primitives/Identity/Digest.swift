import Foundation

/// A SHA-256 digest (FIPS 180-4): the name of an object in the store. Written `sha256:` and 64 hexadecimal digits.
/// Hashing itself lives in Storage, which may import a cryptography library.
package struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Takes exactly 32 bytes; returns nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// Parses `sha256:<64 hex>` or the bare 64 hex digits.
    ///
    /// - Throws: `invalid_digest` for anything else.
    package init(_ text: String) throws {
        let hex = text.hasPrefix("sha256:") ? text.dropFirst(7) : text[...]
        guard hex.utf8.count == 64, let bytes = Hex.decode(hex) else {
            throw PlatformError(
                .invalidDigest,
                "'\(text.prefix(80))' is not a SHA-256 digest.",
                nextStep: "Write sha256: and 64 hexadecimal digits."
            )
        }
        self.bytes = bytes
    }

    /// The 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    /// The first 12 hexadecimal digits, for people.
    package var short: String { String(hex.prefix(12)) }

    package var description: String { "sha256:\(hex)" }

    package static func < (left: Digest, right: Digest) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ErrorCode {
    /// A text that should be a SHA-256 digest is not.
    package static let invalidDigest = ErrorCode("invalid_digest", .invalidArgument)
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Lower-case hexadecimal (RFC 4648 §8).
package enum Hex {
    /// Two digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil when the count is odd or a character is no hexadecimal digit.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var out: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            let value: UInt8
            switch character {
            case 48...57: value = character - 48
            case 97...102: value = character - 87
            case 65...70: value = character - 55
            default: return nil
            }
            if let first = high {
                out.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? out : nil
    }
}
