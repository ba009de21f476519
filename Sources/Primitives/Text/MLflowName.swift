/// Names of the MLflow protocol (metrics, params, tags, models, aliases) and how their errors read.
package enum MLflowName {
    /// The longest key of a metric, param or tag, in characters.
    package static let maximumKeyLength = 250

    /// Checks a metric, param or tag key: letters, digits, `_ - . : /` and space, and equal to itself as a normal path.
    ///
    /// - Parameter path: where the key stands in the request, for the message: `metrics[3].name`.
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package static func checkKey(_ key: String, path: @autoclosure () -> String) throws {
        guard key.unicodeScalars.allSatisfy({ isWord($0) || "/.- :".unicodeScalars.contains($0) }) else {
            throw invalid(
                path(),
                key,
                "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) "
                    + "and slashes (/)."
            )
        }
        try checkPath(key, path: path())
    }

    /// Checks that a name stays itself when it is read as a path: no `..`, no `//`, no slash in front.
    package static func checkPath(_ name: String, path: @autoclosure () -> String) throws {
        // One part that is no dot: what nearly every name is.
        if let first = name.utf8.first, first != UInt8(ascii: "."), !name.utf8.contains(UInt8(ascii: "/")) { return }
        let normal = normalPath(name)
        if normal == name, normal != ".", !normal.hasPrefix(".."), !normal.hasPrefix("/") { return }
        throw invalid(
            path(),
            name,
            "Names may be treated as files in certain cases, and must not resolve to other names when treated as such. "
                + "This name would resolve to '\(normal)'"
        )
    }

    /// Checks a length in characters (Unicode scalars, as Python counts them).
    package static func checkLength(_ what: String, _ value: String, upTo limit: Int) throws {
        guard value.utf8.count > limit, value.unicodeScalars.count > limit else { return }
        throw PlatformError.mlflowInvalid("'\(what)' exceeds the maximum length of \(limit) characters")
    }

    /// `Invalid value "x" for parameter 'p' supplied: reason`.
    package static func invalid(_ path: String, _ value: String, _ reason: String) -> PlatformError {
        let quoted = (try? CanonicalJSON.text(String(value.prefix(500)))) ?? "\"\""
        return PlatformError.mlflowInvalid("Invalid value \(quoted) for parameter '\(path)' supplied: \(reason)")
    }

    /// `Missing value for required parameter 'p'.`
    package static func missing(_ path: String) -> PlatformError {
        PlatformError.mlflowInvalid(
            "Missing value for required parameter '\(path)'. See the API docs for more information about request parameters."
        )
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 128 {
            return scalar == "_" || (48...57).contains(scalar.value) || (65...90).contains(scalar.value)
                || (97...122).contains(scalar.value)
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// POSIX path normalisation: empty and `.` parts dropped, `..` resolved.
    private static func normalPath(_ path: String) -> String {
        if path.isEmpty { return "." }
        let rooted = path.hasPrefix("/")
        var parts: [Substring] = []
        for part in path.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !rooted {
                parts.append(part)
            }
        }
        let joined = parts.joined(separator: "/")
        return rooted ? "/" + joined : joined.isEmpty ? "." : joined
    }
}
