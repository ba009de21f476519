import Crypto
import Foundation
import Primitives
import Storage

/// A symmetric key that keeps small secrets unreadable at rest: AES-256-GCM (NIST SP 800-38D) with a fresh nonce each time.
/// It has no description: it cannot be printed by mistake.
package struct SealingKey: Sendable {
    private let key: SymmetricKey

    private init(_ key: SymmetricKey) { self.key = key }

    /// A new key.
    package static func generate() -> SealingKey { SealingKey(SymmetricKey(size: .bits256)) }

    /// The key of `<folder>/<name>.key` (base64 of 32 bytes, mode 0600); made on the first call.
    ///
    /// - Throws: `key_invalid`, `file_not_private`, `disk_full`.
    package static func loadOrCreate(folder: String, name: String) throws -> SealingKey {
        let path = "\(folder)/\(name).key"
        if let stored = try PrivateFile.read(path) {
            let text = String(decoding: stored, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let bytes = Data(base64Encoded: text), bytes.count == 32 else {
                throw PlatformError(
                    .keyInvalid,
                    "'\(path)' holds no key of 32 bytes.",
                    nextStep: "Restore it from a backup; without it the secrets that it sealed cannot be read.",
                    context: ["path": path]
                )
            }
            return SealingKey(SymmetricKey(data: bytes))
        }
        let made = SymmetricKey(size: .bits256)
        let bytes = made.withUnsafeBytes { Data($0) }
        try PrivateFile.write(Data((bytes.base64EncodedString() + "\n").utf8), to: path)
        return SealingKey(made)
    }

    /// Seals a secret for one purpose: nonce, ciphertext and tag. Only the same purpose opens it, so that a sealed value
    /// moved to another row is refused.
    package func seal(_ secret: Data, for purpose: String) throws -> Data {
        guard let sealed = try AES.GCM.seal(secret, using: key, authenticating: Data(purpose.utf8)).combined else {
            throw PlatformError(.internalError, "The secret was not sealed.")
        }
        return sealed
    }

    /// Opens a sealed secret.
    ///
    /// - Throws: `secret_unreadable` when the key or the purpose is another, or the bytes were changed.
    package func open(_ sealed: Data, for purpose: String) throws -> Data {
        do {
            return try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Data(purpose.utf8))
        } catch {
            throw PlatformError(
                ErrorCode("secret_unreadable", .dataLoss),
                "A stored secret cannot be opened with this server's key.",
                nextStep: "Restore the key file from a backup, or set the secret again."
            )
        }
    }
}
