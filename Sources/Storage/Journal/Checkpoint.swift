import Crypto
import Foundation
import Primitives

/// A signed statement of the journal's size and root, in the C2SP signed-note and tlog-checkpoint formats: origin, size
/// and base64 root on a line each, an empty line, then `— NAME BASE64(key hash ‖ Ed25519 signature)`.
package struct Checkpoint: Sendable, Hashable, Codable {
    /// The journal's name; the name of the key too.
    package let origin: String
    /// Entries covered.
    package let size: Int64
    /// The Merkle root of those entries.
    package let root: Primitives.Digest
    /// When it was signed.
    package let at: Timestamp
    /// The whole note.
    package let note: String

    /// The text that is signed, with its last newline.
    static func text(origin: String, size: Int64, root: Primitives.Digest) -> String {
        "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n"
    }
}

/// Signs checkpoints; the private key stays behind the closure.
package struct CheckpointSigner: Sendable {
    /// Names the journal and the key: no white space and no plus sign.
    package let name: String
    /// The Ed25519 public key, 32 bytes.
    package let publicKey: Data
    private let sign: @Sendable (Data) throws -> Data

    /// Wraps a key.
    package init(name: String, publicKey: Data, sign: @escaping @Sendable (Data) throws -> Data) {
        self.name = name
        self.publicKey = publicKey
        self.sign = sign
    }

    /// Who can check what this signs.
    package var verifier: CheckpointVerifier { CheckpointVerifier(name: name, publicKey: publicKey) }

    /// Signs a size and root.
    package func checkpoint(size: Int64, root: Primitives.Digest, at moment: Timestamp) throws -> Checkpoint {
        let text = Checkpoint.text(origin: name, size: size, root: root)
        let signature = Data(verifier.keyHash) + (try sign(Data(text.utf8)))
        let note = "\(text)\n\u{2014} \(name) \(signature.base64EncodedString())\n"
        return Checkpoint(origin: name, size: size, root: root, at: moment, note: note)
    }
}

/// Checks checkpoints with a public key.
package struct CheckpointVerifier: Sendable, Hashable {
    /// The key's name.
    package let name: String
    /// The Ed25519 public key, 32 bytes.
    package let publicKey: Data

    /// Wraps a public key.
    package init(name: String, publicKey: Data) {
        self.name = name
        self.publicKey = publicKey
    }

    /// The signed-note key hash: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), its first 4 bytes.
    package var keyHash: [UInt8] {
        Array(Primitives.Digest.sha256(of: Array(name.utf8) + [0x0A, 0x01] + [UInt8](publicKey)).bytes.prefix(4))
    }

    /// The key as signed-note tools take it: `NAME+HASH+BASE64(0x01 ‖ public key)`.
    package var encoded: String { "\(name)+\(Hex.encode(keyHash))+\((Data([1]) + publicKey).base64EncodedString())" }

    /// Size and root of a note that this key signed; nil for any other.
    package func open(_ note: String) -> (size: Int64, root: Primitives.Digest)? {
        guard let gap = note.range(of: "\n\n") else { return nil }
        let text = note[..<gap.lowerBound] + "\n"
        let signatures = note[gap.upperBound...].split(separator: "\n")
        guard signatures.contains(where: { isSigned(String(text), by: $0) }) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines[0] == name, let size = Int64(lines[1]), size >= 0,
            let bytes = Data(base64Encoded: String(lines[2])), let root = Primitives.Digest(bytes: [UInt8](bytes))
        else { return nil }
        return (size, root)
    }

    private func isSigned(_ text: String, by line: Substring) -> Bool {
        let parts = line.split(separator: " ")
        guard parts.count == 3, parts[0] == "\u{2014}", parts[1] == name,
            let blob = Data(base64Encoded: String(parts[2])), blob.count == 68, Array(blob.prefix(4)) == keyHash,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        else { return false }
        return key.isValidSignature(blob.suffix(64), for: Data(text.utf8))
    }
}
