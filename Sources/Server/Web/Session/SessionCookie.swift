import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that carries a browser's token. It opens pages only: `RouteTable` reads it for GET and HEAD, never for a
/// method that changes something, so that a foreign page cannot act through it (CSRF).
enum SessionCookie {
    /// Its name.
    static let name = "aku_session"
    /// How long a browser keeps it.
    static let maximumAgeSeconds = 12 * 3600

    /// The token of a request that only reads, or nil.
    static func token(of request: Request) -> String? {
        guard request.method == .get || request.method == .head else { return nil }
        return request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.lazy.compactMap { pair in
            let parts = pair.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }.first
    }

    /// The header that sets the cookie (RFC 6265 §4.1); nil for a token with characters that a cookie cannot carry.
    static func setting(_ token: String, isSecure: Bool) -> String? {
        let plain = token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !#"";,\"#.utf8.contains($0) }
        guard plain, !token.isEmpty, token.utf8.count <= 2000 else { return nil }
        return "\(name)=\(token); Max-Age=\(maximumAgeSeconds); \(attributes(isSecure))"
    }

    /// The header that ends the session.
    static func ending(isSecure: Bool) -> String { "\(name)=; Max-Age=0; \(attributes(isSecure))" }

    private static func attributes(_ isSecure: Bool) -> String {
        "Path=/; HttpOnly; SameSite=Strict\(isSecure ? "; Secure" : "")"
    }
}
