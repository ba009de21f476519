import Foundation
import Primitives

/// A fingerprint of many records in which their order does not count: how many there are, and the sum of their SHA-256
/// digests as four 64-bit numbers. It tells a lost, doubled or changed record; it is no defence against a forger.
package struct RecordSum: Sendable, Hashable, Codable {
    /// How many records were added.
    package private(set) var count: Int64 = 0
    private var words: [UInt64] = [0, 0, 0, 0]

    /// The sum of no records.
    package init() {}

    /// Adds a record.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var hash = SHA256Stream()
        hash.update(bytes)
        let digest = hash.finalize().bytes
        for word in 0..<4 {
            let part = digest[word * 8..<word * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            words[word] &+= part
        }
        count += 1
    }

    /// Adds a point of a metric; nil is NaN.
    package mutating func add(key: String, timestamp: Int64, step: Int64, value: Double?) {
        var bytes = Array(key.utf8)
        bytes.append(0)
        for number in [UInt64(bitPattern: timestamp), UInt64(bitPattern: step), (value ?? .nan).bitPattern] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.withUnsafeBytes { add($0) }
    }

    /// 64 hexadecimal digits.
    package var hex: String {
        words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension Primitives.Digest {
    /// The digest of a value's canonical JSON.
    package static func canonical(_ value: some Encodable) throws -> Primitives.Digest {
        .sha256(of: try CanonicalJSON.encode(value))
    }
}
