import Foundation
import Primitives

/// Checks the paths of artifacts. A path is relative, with `/` between its parts; nothing in it may lead elsewhere, in any
/// encoding.
package enum ArtifactPath {
    /// The longest path, in bytes.
    package static let maximumBytes = 4096
    /// How often a path may be percent-encoded before it is refused.
    private static let maximumEncodings = 5

    /// The clean path: decoded parts joined by `/`. Empty for the root.
    ///
    /// - Parameter text: the path as it stands in the request, once decoded by the router or the query.
    /// - Throws: `INVALID_PARAMETER_VALUE` ("Invalid path") for `..`, absolute paths, backslashes, drive letters, NUL, `#`,
    ///   and for any of them hidden in percent-encoding, however deep.
    package static func check(_ text: String) throws -> String {
        guard text.utf8.count <= maximumBytes else { throw invalid() }
        try refuse(text)
        var decoded = text
        for _ in 0..<maximumEncodings {
            guard decoded.contains("%"), let next = decoded.removingPercentEncoding, next != decoded else { break }
            try refuse(next)
            decoded = next
        }
        if decoded.contains("%"), let more = decoded.removingPercentEncoding, more != decoded { throw invalid() }
        let parts = text.split(separator: "/", omittingEmptySubsequences: true).filter { $0 != "." }
        return parts.joined(separator: "/")
    }

    private static func refuse(_ path: String) throws {
        let bad = path.unicodeScalars.contains { $0 == "\\" || $0 == "#" || $0.value < 32 || $0.value == 127 }
        let drive = path.count >= 2 && path.first?.isLetter == true && path.dropFirst().first == ":"
        let climbs = path.split(separator: "/", omittingEmptySubsequences: false).contains("..")
        if bad || drive || climbs || path.hasPrefix("/") || path.lowercased().hasPrefix("file:") { throw invalid() }
    }

    private static func invalid() -> PlatformError { PlatformError.mlflowInvalid("Invalid path") }
}
