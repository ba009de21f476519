import Primitives

/// Names a model version: `intent@champion` by alias, `intent/3` by number.
package enum ModelReference: Sendable, Hashable, CustomStringConvertible {
    case alias(model: String, alias: String)
    case version(model: String, version: Int)

    /// Parses either form; a leading `models:/` (MLflow's URI) is allowed.
    ///
    /// - Throws: `invalid_model_reference`, `invalid_name`.
    package init(_ text: String) throws {
        let plain = text.hasPrefix("models:/") ? text.dropFirst(8) : text[...]
        let byAlias = plain.split(separator: "@", omittingEmptySubsequences: false)
        let byVersion = plain.split(separator: "/", omittingEmptySubsequences: false)
        if byAlias.count == 2, !byAlias[1].isEmpty {
            self = .alias(model: try Name.check(String(byAlias[0]), what: "model"), alias: String(byAlias[1]))
        } else if byVersion.count == 2, let version = Int(byVersion[1]), version > 0 {
            self = .version(model: try Name.check(String(byVersion[0]), what: "model"), version: version)
        } else {
            throw PlatformError(
                .invalidModelReference,
                "'\(text.prefix(80))' names no model version.",
                nextStep: "Write model@alias or model/version, for example intent@champion."
            )
        }
    }

    package var description: String {
        switch self {
        case .alias(let model, let alias): "\(model)@\(alias)"
        case .version(let model, let version): "\(model)/\(version)"
        }
    }
}
