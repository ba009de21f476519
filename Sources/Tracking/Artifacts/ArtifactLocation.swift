import Foundation
import Primitives

/// URIs and paths where artifacts are kept, as MLflow builds them.
package enum ArtifactLocation {
    /// The longest location, in characters.
    package static let maximumLength = 2048

    /// The scheme in lower case; nil for a plain path.
    package static func scheme(of location: String) -> String? {
        guard let colon = location.firstIndex(of: ":"), let first = location.first, first.isASCII, first.isLetter else {
            return nil
        }
        let word = location[..<colon]
        let isScheme = word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        return isScheme ? word.lowercased() : nil
    }

    /// The location with a relative path made absolute; other locations as they are.
    ///
    /// - Parameter workingFolder: what relative paths start from.
    package static func resolve(
        _ location: String,
        workingFolder: String = FileManager.default.currentDirectoryPath
    ) -> String {
        switch scheme(of: location) {
        case nil: return location.hasPrefix("/") ? location : "\(workingFolder)/\(location)"
        case "file":
            let rest = location.dropFirst("file:".count)
            return rest.hasPrefix("/") ? location : "file://\(workingFolder)/\(rest)"
        default: return location
        }
    }

    /// The location with a path put at its end, before a query or fragment.
    package static func append(_ path: String, to location: String) -> String {
        var base = Substring(location)
        var suffix = Substring()
        if scheme(of: location) != nil, let end = location.firstIndex(where: { $0 == "?" || $0 == "#" }) {
            base = location[..<end]
            suffix = location[end...]
        }
        let joint = base.isEmpty || base.hasSuffix("/") || base.hasSuffix(":") ? "" : "/"
        return "\(base)\(joint)\(path)\(suffix)"
    }

    /// The local path of a `file:` URI or plain absolute path; nil for any other location.
    package static func localPath(of location: String) -> String? {
        switch scheme(of: location) {
        case nil: return location.hasPrefix("/") ? location : nil
        case "file":
            var rest = location.dropFirst("file:".count)
            if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
            if let end = rest.firstIndex(where: { $0 == "?" || $0 == "#" }) { rest = rest[..<end] }
            return rest.hasPrefix("/") ? String(rest).removingPercentEncoding : nil
        default: return nil
        }
    }

    /// Refuses locations that could make a client write elsewhere than they say.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` for fragments, `..`, `runs:` and overlong locations.
    package static func check(_ location: String, parameter: String) throws {
        let decoded = location.removingPercentEncoding ?? location
        let climbs = decoded.split(whereSeparator: { "/\\?&=".contains($0) }).contains("..")
        if location.contains("#") || location.contains(";") || climbs || location.hasPrefix("runs:") {
            throw MLflowName.invalid(
                parameter,
                location,
                "'\(parameter)' URL can't include fragments, params, '..' or a runs:/ URI."
            )
        }
        guard location.count <= maximumLength else {
            throw PlatformError.mlflowInvalid(
                "Invalid artifact path length. The length of the artifact path cannot be greater than \(maximumLength) bytes. "
                    + "Current length is \(location.count)."
            )
        }
    }
}
