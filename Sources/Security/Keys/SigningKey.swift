import Crypto
import Foundation
import Primitives
import Storage

/// Names a public key: `ed25519:` and the first 16 hexadecimal digits of its SHA-256.
package struct KeyID: Sendable, Hashable, Codable, CustomStringConvertible {
    package let description: String

    init(publicKey: Data) {
        description = "ed25519:" + Hex.encode(Digest.sha256(of: publicKey).bytes.prefix(8))
    }

    package init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// An Ed25519 public key (RFC 8032).
package struct VerifyingKey: Sendable, Hashable, Codable {
    /// The 32 bytes.
    package let bytes: Data

    /// Takes a public key's 32 bytes.
    ///
    /// - Throws: `key_invalid`.
    package init(bytes: Data) throws {
        guard (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else {
            throw PlatformError(.keyInvalid, "These \(bytes.count) bytes are no Ed25519 public key.")
        }
        self.bytes = bytes
    }

    package init(from decoder: any Decoder) throws {
        try self.init(bytes: decoder.singleValueContainer().decode(Data.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytes)
    }

    /// Its name.
    package var id: KeyID { KeyID(publicKey: bytes) }

    /// Whether this key signed these bytes.
    package func isValid(_ signature: Data, for data: Data) -> Bool {
        (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes))?.isValidSignature(signature, for: data) ?? false
    }
}

extension ErrorCode {
    /// A key file or key does not hold an Ed25519 key.
    package static let keyInvalid = ErrorCode("key_invalid", .failedPrecondition)
}

/// An Ed25519 private key. It has no description: it cannot be printed by mistake.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    /// The public half.
    package let verifyingKey: VerifyingKey

    private init(_ key: Curve25519.Signing.PrivateKey) throws {
        self.key = key
        verifyingKey = try VerifyingKey(bytes: key.publicKey.rawRepresentation)
    }

    /// A new key.
    package static func generate() throws -> SigningKey { try SigningKey(Curve25519.Signing.PrivateKey()) }

    /// The key of `<folder>/<name>.key` (base64 of the 32-byte seed, mode 0600); made on the first call, with
    /// `<name>.pub` beside it.
    ///
    /// - Throws: `key_invalid`, `file_not_private`, `disk_full`.
    package static func loadOrCreate(folder: String, name: String = "signing") throws -> SigningKey {
        let path = "\(folder)/\(name).key"
        if let stored = try PrivateFile.read(path) {
            let text = String(decoding: stored, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let seed = Data(base64Encoded: text),
                let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
            else {
                throw PlatformError(
                    .keyInvalid,
                    "'\(path)' holds no Ed25519 key.",
                    nextStep: "Restore it from a backup; without it nothing more can be signed under the same name.",
                    context: ["path": path]
                )
            }
            return try SigningKey(key)
        }
        let made = try generate()
        try PrivateFile.write(Data((made.key.rawRepresentation.base64EncodedString() + "\n").utf8), to: path)
        let shared = Data((made.verifyingKey.bytes.base64EncodedString() + "\n").utf8)
        try PrivateFile.write(shared, to: "\(folder)/\(name).pub")
        return made
    }

    /// Its name.
    package var id: KeyID { verifyingKey.id }

    /// The 64-byte signature of some bytes.
    package func sign(_ data: Data) throws -> Data { try key.signature(for: data) }

    /// Signs the journal's checkpoints under a name made of the key's id.
    package func checkpointSigner() -> CheckpointSigner {
        let name = "aku/journal/" + id.description.replacingOccurrences(of: ":", with: "-")
        return CheckpointSigner(name: name, publicKey: verifyingKey.bytes) { try sign($0) }
    }
}
