import Crypto
import Foundation
import Primitives
import Storage

/// The key with which this server signs addresses that let whoever has one do one thing until it expires.
struct ArtifactAddressKey: Sendable {
    /// The key's file in the folder of keys.
    private static let name = "addresses.key"
    private static let bytes = 32

    private let key: SymmetricKey

    /// Wraps key bytes.
    init(_ key: SymmetricKey) { self.key = key }

    /// Reads the key of a folder, or makes one.
    ///
    /// - Throws: `file_not_private`, `disk_full`, `key_invalid`.
    static func loadOrCreate(folder: String) throws -> ArtifactAddressKey {
        let path = "\(folder)/\(name)"
        if let stored = try PrivateFile.read(path) {
            guard stored.count == bytes else {
                throw PlatformError(
                    ErrorCode("key_invalid", .dataLoss),
                    "'\(path)' does not hold \(bytes) bytes.",
                    nextStep: "Restore it, or remove it: addresses that were given out then stop working."
                )
            }
            return ArtifactAddressKey(SymmetricKey(data: stored))
        }
        let made = SymmetricKey(size: .bits256)
        try PrivateFile.write(made.withUnsafeBytes { Data($0) }, to: path)
        return ArtifactAddressKey(made)
    }

    /// The query that proves a method, a path and what else is signed until a moment.
    func query(_ method: String, _ path: String, until expiry: Timestamp) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Self.text(method, path, expiry.milliseconds), using: key)
        return "expires=\(expiry.milliseconds)&signature=\(Hex.encode(Array(code)))"
    }

    /// - Throws: `PERMISSION_DENIED` when the signature is not ours, is of another address, or has expired.
    func check(_ method: String, _ path: String, expires: String?, signature: String?, now: Timestamp) throws {
        guard let expires = expires.flatMap({ Int64($0) }), let code = signature.flatMap({ Hex.decode($0) }),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.text(method, path, expires), using: key),
            now.milliseconds < expires
        else {
            throw PlatformError(
                ErrorCode("PERMISSION_DENIED", .permissionDenied),
                "The address has expired, or is not one that this server gave out."
            )
        }
    }

    private static func text(_ method: String, _ path: String, _ expiry: Int64) -> Data {
        Data("\(method)\n\(path)\n\(expiry)".utf8)
    }
}
