import Crypto
import Foundation
import Primitives

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
package struct SHA256Stream: Sendable {
    private var hash = SHA256()

    /// Starts with no bytes.
    package init() {}

    /// Adds bytes.
    package mutating func update(_ data: Data) {
        hash.update(data: data)
    }

    /// Adds bytes where they lie.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    /// The digest of everything so far; the stream may go on.
    package func finalize() -> Primitives.Digest {
        Primitives.Digest(hash.finalize())
    }
}

extension Primitives.Digest {
    /// The digest of bytes in memory.
    package static func sha256(of data: Data) -> Primitives.Digest {
        Primitives.Digest(SHA256.hash(data: data))
    }

    /// The digest of a prefix and two hashes, as Merkle nodes need it, without copying more than it must.
    static func sha256(of bytes: [UInt8]) -> Primitives.Digest {
        Primitives.Digest(bytes.withUnsafeBytes { SHA256.hash(bytes: $0) })
    }

    /// The digest of bytes where they lie.
    static func sha256(of bytes: UnsafeRawBufferPointer) -> Primitives.Digest {
        Primitives.Digest(SHA256.hash(bytes: bytes))
    }

    fileprivate init(_ digest: SHA256Digest) {
        self.init(unchecked: Array(digest))
    }

    private init(unchecked bytes: [UInt8]) {
        guard let digest = Primitives.Digest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = digest
    }
}

extension SHA256 {
    fileprivate static func hash(bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hash = SHA256()
        hash.update(bufferPointer: bytes)
        return hash.finalize()
    }
}
