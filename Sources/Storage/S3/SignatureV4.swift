import Crypto
import Foundation

/// AWS Signature Version 4: proves who sends a request, and that its parts are as they were sent.
/// Specification: "Authenticating Requests (AWS Signature Version 4)" in the Amazon S3 API Reference.
struct SignatureV4: Sendable {
    /// The hash that stands for a body which is not signed.
    static let unsignedPayload = "UNSIGNED-PAYLOAD"
    private static let algorithm = "AWS4-HMAC-SHA256"

    let credentials: S3Credentials
    let region: String
    var service = "s3"

    /// What is signed. The path is as it is sent, percent-encoded; query items are not encoded yet.
    struct Request: Sendable {
        var method: String
        var path: String
        var query: [(name: String, value: String)] = []
        /// Host included; names in any case.
        var headers: [(name: String, value: String)]
        /// SHA-256 of the body in hexadecimal digits, or `unsignedPayload`.
        var payloadHash: String
    }

    /// The value of the `Authorization` header.
    ///
    /// - Parameter date: `20130524T000000Z`, the same that `x-amz-date` says.
    func authorization(_ request: Request, date: String) -> String {
        let names = Self.signedNames(request)
        let signature = signature(Self.canonical(request), date)
        return "\(Self.algorithm) Credential=\(credentials.accessKey)/\(scope(date)),SignedHeaders=\(names),"
            + "Signature=\(signature)"
    }

    /// The query, encoded, of an address that lets whoever has it make this request, until it expires.
    ///
    /// - Parameter seconds: for how long; at most seven days.
    func presignedQuery(_ request: Request, date: String, seconds: Int) -> String {
        var request = request
        request.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKey)/\(scope(date))"),
            ("X-Amz-Date", date), ("X-Amz-Expires", String(seconds)),
            ("X-Amz-SignedHeaders", Self.signedNames(request)),
        ]
        if let token = credentials.sessionToken { request.query.append(("X-Amz-Security-Token", token)) }
        let signature = signature(Self.canonical(request), date)
        return Self.canonicalQuery(request.query) + "&X-Amz-Signature=\(signature)"
    }

    /// The canonical form, one part a line, in which both sides write a request.
    static func canonical(_ request: Request) -> String {
        let headers = sorted(request.headers).map { "\($0.name):\($0.value)\n" }.joined()
        return [
            request.method, request.path, canonicalQuery(request.query), headers, signedNames(request),
            request.payloadHash,
        ].joined(separator: "\n")
    }

    /// Query items, encoded and in order.
    static func canonicalQuery(_ items: [(name: String, value: String)]) -> String {
        items.map { (encode($0.name), encode($0.value)) }
            .sorted { $0.0 == $1.0 ? $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) : $0.0 < $1.0 }
            .map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// Percent-encodes everything but letters, digits and `-._~`; in a path `/` stays.
    static func encode(_ text: String, inPath: Bool = false) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: out.unicodeScalars.append(Unicode.Scalar(byte))
            case 47 where inPath: out += "/"
            default:
                out +=
                    "%" + String(byte >> 4, radix: 16, uppercase: true) + String(byte & 15, radix: 16, uppercase: true)
            }
        }
        return out
    }

    /// A moment as `20130524T000000Z`.
    static func date(milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func pad(_ value: Int32, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(parts.tm_year + 1900, 4))\(pad(parts.tm_mon + 1, 2))\(pad(parts.tm_mday, 2))T"
            + "\(pad(parts.tm_hour, 2))\(pad(parts.tm_min, 2))\(pad(parts.tm_sec, 2))Z"
    }

    private func scope(_ date: String) -> String { "\(date.prefix(8))/\(region)/\(service)/aws4_request" }

    private func signature(_ canonical: String, _ date: String) -> String {
        let hash = SHA256.hash(data: Data(canonical.utf8)).map { String(format: "%02x", $0) }.joined()
        let text = "\(Self.algorithm)\n\(date)\n\(scope(date))\n\(hash)"
        var key = Data("AWS4\(credentials.secretKey)".utf8)
        for part in [String(date.prefix(8)), region, service, "aws4_request", text] {
            key = Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: SymmetricKey(data: key)))
        }
        return key.map { String(format: "%02x", $0) }.joined()
    }

    private static func signedNames(_ request: Request) -> String {
        sorted(request.headers).map(\.name).joined(separator: ";")
    }

    private static func sorted(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
        headers.map { name, value in
            let words = value.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
            return (name: name.lowercased(), value: words)
        }.sorted { $0.name < $1.name }
    }
}
