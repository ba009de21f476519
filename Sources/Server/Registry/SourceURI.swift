import Foundation
import Primitives

/// The parts of a version's source as MLflow reads them (RFC 3986 §3, without fragments). A pure value: no file is touched.
struct SourceURI: Sendable {
    let written: String
    /// Lower case; empty for a plain path.
    let scheme: String
    /// Host and port; empty when there is none.
    let authority: String
    /// What follows, still percent-encoded.
    let path: String

    init(_ text: String) {
        written = text
        var rest = text[...]
        if let colon = text.firstIndex(of: ":"), Self.isScheme(text[..<colon]) {
            scheme = text[..<colon].lowercased()
            rest = text[text.index(after: colon)...]
        } else {
            scheme = ""
        }
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
            authority = String(rest[..<end])
            rest = rest[end...]
        } else {
            authority = ""
        }
        path = String(rest.prefix { $0 != "?" && $0 != "#" })
    }

    /// A path of this machine: no scheme, or `file:`.
    var isLocal: Bool { scheme.isEmpty || scheme == "file" }

    var isThisMachine: Bool {
        authority == "." || authority.hasPrefix("localhost") || authority.hasPrefix("127.0.0.1")
    }

    /// Whether the server's artifact proxy is meant.
    var isProxied: Bool {
        if scheme == "mlflow-artifacts" { return true }
        return (scheme == "http" || scheme == "https")
            && "/\(parts.joined(separator: "/"))/"
                .contains("/api/2.0/mlflow-artifacts/artifacts/")
    }

    /// The path's parts, decoded until they no longer change.
    var parts: [String] {
        path.split(separator: "/").map { Self.decoded(String($0)) }
    }

    /// Whether the path is a root's, or below it, both on one authority.
    func isBelow(_ root: SourceURI) -> Bool {
        let upper = root.parts
        return scheme == root.scheme && authority.lowercased() == root.authority.lowercased() && !upper.isEmpty
            && parts.starts(with: upper)
    }

    /// Whether a path of this machine is a folder's, or below it, after `.` and `..` are resolved.
    func isBelow(localRoot root: SourceURI) -> Bool {
        guard let own = resolved, let upper = root.resolved else { return false }
        return own.starts(with: upper) && !upper.isEmpty
    }

    /// Refuses a path with `..`, with a NUL, or relative, in whatever encoding.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    func refuseClimbing() throws {
        let plain = Self.decoded(written)
        let isGood =
            !plain.utf8.contains(0) && !plain.split(separator: "/").contains("..")
            && !SourceURI(plain).parts.contains(".")
            && (SourceURI(plain).path.isEmpty || SourceURI(plain).path.hasPrefix("/"))
        if isGood { return }
        throw PlatformError.mlflowInvalid(
            "Invalid model version source: '\(written.prefix(300))'. If supplying a source as an http, https, local file "
                + "path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative "
                + "path references present. Please provide an absolute path."
        )
    }

    /// The parts of an absolute local path without `.` and `..`; nil when it is relative or climbs above the root.
    private var resolved: [String]? {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
        var parts: [String] = []
        for part in self.parts where part != "." {
            guard part == ".." else {
                parts.append(part)
                continue
            }
            if parts.popLast() == nil { return nil }
        }
        return parts
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || "+-.".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    /// Percent-decoded again and again: an attacker may have encoded twice. At most 16 times.
    private static func decoded(_ text: String) -> String {
        var text = text
        for _ in 0..<16 {
            guard let next = text.removingPercentEncoding, next != text else { break }
            text = next
        }
        return text
    }
}
