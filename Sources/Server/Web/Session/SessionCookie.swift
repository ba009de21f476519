import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that carries a browser's token. It opens pages: `RouteTable` reads it for GET and HEAD, and for the console's
/// own forms below `/console/` when the browser says that they stood on a page of this server. No other method that changes
/// something sees it, so that a foreign page cannot act through it (CSRF).
enum SessionCookie {
    /// Its name.
    static let name = "aku_session"
    /// How long a browser keeps it.
    static let maximumAgeSeconds = 12 * 3600

    /// Where the console's own forms go.
    static let formPrefix = "/console/"

    /// The token of a request that only reads, or of one of the console's own forms; nil otherwise.
    static func token(of request: Request) -> String? {
        guard request.method == .get || request.method == .head || isOwnForm(request) else { return nil }
        return request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.lazy.compactMap { pair in
            let parts = pair.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }.first
    }

    /// Browsers name the site that a form stood on themselves: `Sec-Fetch-Site` on TLS and loopback (Fetch Metadata), `Origin`
    /// everywhere (RFC 6454). A request with neither is not a browser's form.
    static func isOwnForm(_ request: Request) -> Bool {
        guard request.method == .post, request.uri.path.hasPrefix(formPrefix) else { return false }
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] {
            return site == "same-origin"
        }
        guard let origin = request.headers[.origin], let authority = request.head.authority else { return false }
        return origin == "http://\(authority)" || origin == "https://\(authority)"
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
