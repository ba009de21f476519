import Primitives

/// The registry's bounds and names (`mlflow/utils/validation.py` of 3.17).
package enum RegistryLimits {
    /// The longest tag value, in characters.
    package static let tagValueLength = 100_000
    /// The longest alias, in characters.
    package static let aliasLength = 255
    /// The longest model name, in characters.
    package static let nameLength = 256
    /// The most models in one page of a search.
    package static let modelsPerPage = 1000
    /// The most versions in one page of a search.
    package static let versionsPerPage = 200_000

    /// Checks a model's name: no `/` and no `:`, and itself as a path.
    static func check(model name: String, what: String = "name") throws {
        if name.allSatisfy(\.isWhitespace) { throw MLflowName.missing(what) }
        if name.contains("/") || name.contains(":") {
            throw PlatformError.mlflowInvalid("Invalid model name '\(name)'. Names cannot contain '/' or ':'.")
        }
        try MLflowName.checkPath(name, path: what)
        try MLflowName.checkLength(what, name, upTo: nameLength)
    }

    /// Checks a tag of a model or version.
    static func check(_ tag: ModelTag) throws {
        try MLflowName.checkKey(tag.key, path: "key")
        try MLflowName.checkLength("key", tag.key, upTo: MLflowName.maximumKeyLength)
        try MLflowName.checkLength("value", tag.value, upTo: tagValueLength)
    }

    /// Checks an alias: letters, digits, `_` and `-`; neither `latest` nor `v` and a number.
    static func check(alias: String) throws {
        if alias.isEmpty { throw PlatformError.mlflowInvalid("Registered model alias name cannot be empty.") }
        guard
            alias.unicodeScalars.allSatisfy({
                $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil
            })
        else {
            throw PlatformError.mlflowInvalid(
                "Invalid alias name: '\(alias)'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
            )
        }
        try MLflowName.checkLength("Registered model alias name", alias, upTo: aliasLength)
        if alias.lowercased() == "latest" {
            throw PlatformError.mlflowInvalid("'latest' alias name (case insensitive) is reserved.")
        }
        if alias.count > 1, alias.first == "v" || alias.first == "V", alias.dropFirst().allSatisfy(\.isNumber) {
            throw PlatformError.mlflowInvalid("Version alias name '\(alias)' is reserved.")
        }
    }
}
