import HTTPTypes
import Hummingbird
import NIOCore
import Primitives

/// Pages as HTTP responses.
package enum PageResponse {
    /// Nothing from elsewhere, nothing inline, no framing (Content Security Policy Level 3).
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// A page.
    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = guarded("text/html; charset=utf-8")
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A file whose path holds its digest.
    static func file(_ asset: ConsoleAsset) -> Response {
        var headers = guarded(asset.contentType)
        headers[.cacheControl] = "public, max-age=31536000, immutable"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: asset.text)))
    }

    /// Sends the browser on with a GET (RFC 9110 §15.4.4).
    static func seeOther(_ path: String, cookie: String? = nil) -> Response {
        var headers = guarded("text/plain; charset=utf-8")
        headers[.location] = path
        headers[.setCookie] = cookie
        headers[.cacheControl] = "no-store"
        return Response(status: .seeOther, headers: headers)
    }

    /// The page for an error; without a token that page is the sign-in form itself, at the address that was asked for.
    package static func failure(_ error: PlatformError, status: HTTPResponse.Status) -> Response {
        let visitor = Visitor(name: "", hasSession: false)
        let text: String?
        if status == .unauthorized {
            text = try? PageRenderer.shared.get().html(SignInPage(problem: nil), visitor: visitor)
        } else {
            text = try? PageRenderer.shared.get().html(FailurePage(error, status: status.code), visitor: visitor)
        }
        return html(text ?? SVG.escape("\(status.code) \(error.description)"), status: status)
    }

    private static func guarded(_ contentType: String) -> HTTPFields {
        var headers: HTTPFields = [.contentType: contentType, .contentSecurityPolicy: policy]
        headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in [
            ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
        ] {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        return headers
    }
}
