import Primitives

/// What the words of a run search mean, and how a wrong one is told.
enum SearchFields {
    /// The kinds of field that a run search knows.
    enum Entity: String {
        case metric
        case parameter
        case tag
        case attribute
        case dataset
    }

    /// The kind that a word names; without a word, an attribute.
    static func entity(_ word: String?) throws -> Entity {
        switch word {
        case nil, "attribute", "attributes", "attr", "run": return .attribute
        case "metric", "metrics": return .metric
        case "parameter", "parameters", "param", "params": return .parameter
        case "tag", "tags": return .tag
        case "dataset", "datasets": return .dataset
        case let other?:
            throw PlatformError.mlflowInvalid(
                "Invalid entity type '\(other)'. Valid values are ['metric', 'parameter', 'tag', 'attribute', 'dataset']"
            )
        }
    }

    /// The column of a run's attribute.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    static func column(_ attribute: String) throws -> String {
        switch attribute {
        case "created", "Created", "start_time": return "start_time"
        case "run name", "Run name", "Run Name", "run_name": return "name"
        case "end_time", "artifact_uri", "run_id", "status", "user_id": return attribute
        default: throw invalidKey("attribute", attribute, attributes)
        }
    }

    private static let attributes: Set<String> = [
        "artifact_uri", "end_time", "run_id", "run_name", "start_time", "status", "user_id", "created",
    ]

    static func invalidKey(_ what: String, _ key: String, _ known: Set<String>) -> PlatformError {
        PlatformError.mlflowInvalid(
            "Invalid \(what) key '\(key)' specified. Valid keys are '\(known.sorted().joined(separator: "', '"))'. "
                + Suggestion.phrase(for: key, among: known)
        )
    }

    static func invalidComparator(_ clause: SearchClause, _ known: String) -> PlatformError {
        PlatformError.mlflowInvalid("Invalid comparator '\(clause.comparator.rawValue)' not one of '{\(known)}'")
    }
}
