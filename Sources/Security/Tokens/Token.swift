import Foundation
import Primitives
import Storage

extension ErrorCode {
    /// The token is unknown or was revoked.
    package static let tokenInvalid = ErrorCode("token_invalid", .unauthenticated)
    /// The token's time is over.
    package static let tokenExpired = ErrorCode("token_expired", .unauthenticated)
}

/// A token as it is told to its owner, once. Only its hash is stored, and printing it shows nothing.
package struct IssuedToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names it for revocation and for the journal.
    package let id: String
    /// What the owner sends: `aku_` and 43 characters of base64url (256 random bits).
    package let secret: String
    /// When it stops working; nil for never.
    package let expires: Timestamp?

    package var description: String { "token \(id)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

/// A token as the store knows it: everything but the secret.
package struct TokenRecord: Sendable, Hashable, Codable {
    /// Names it.
    package let id: String
    /// Whom it was issued to; the actor in the journal.
    package let name: String
    /// What it may do.
    package let roles: [Role]
    /// When it was issued.
    package let created: Timestamp
    /// When it stops working; nil for never.
    package let expires: Timestamp?
    /// When it was revoked; nil when it was not.
    package let revoked: Timestamp?
}

extension TokenRecord {
    /// Loads a row of `access_token`.
    init(_ row: SQLRow) throws {
        self.init(
            id: try row.text("id"),
            name: try row.text("name"),
            roles: try row.text("roles").split(separator: ",").compactMap { Role(rawValue: String($0)) },
            created: try row.time("created_at"),
            expires: try row.optionalTime("expires_at"),
            revoked: try row.optionalTime("revoked_at")
        )
    }

    /// Who calls with it.
    var principal: Principal {
        Principal(name: name, permissions: roles.reduce(into: []) { $0.formUnion($1.permissions) })
    }
}

/// Makes and compares secrets.
enum TokenSecret {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let text = Data(bytes).base64EncodedString()
        return "aku_" + text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func hash(_ secret: String) -> Data { Data(Digest.sha256(of: Data(secret.utf8)).bytes) }

    /// Takes the same time wherever the first difference lies.
    static func equal(_ left: Data, _ right: Data) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
