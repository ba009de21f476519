import Primitives

/// How a clause of a trace filter compares.
enum TraceComparator: String, Sendable, Hashable, CaseIterable {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case like = "LIKE"
    case caseInsensitiveLike = "ILIKE"
    case pattern = "RLIKE"
    case `in` = "IN"
    case notIn = "NOT IN"
    case isNull = "IS NULL"
    case isNotNull = "IS NOT NULL"

    static let numeric: [TraceComparator] = [.greater, .greaterOrEqual, .notEqual, .equal, .less, .lessOrEqual]
    static let ordering: [TraceComparator] = [.greater, .greaterOrEqual, .less, .lessOrEqual]
    static let text: [TraceComparator] = [.notEqual, .equal, .in, .notIn, .like, .caseInsensitiveLike, .pattern]
    static let pair: [TraceComparator] = [
        .notEqual, .equal, .like, .caseInsensitiveLike, .pattern, .isNull, .isNotNull,
    ]
}

/// One comparison of a trace filter.
struct TraceClause: Sendable, Hashable {
    /// What is compared.
    enum Entity: String, Sendable, Hashable {
        case attribute
        case tag
        case metadata = "request_metadata"
        case span
        case feedback
        case expectation
        case issue
    }

    let entity: Entity
    let key: String
    let comparator: TraceComparator
    let value: SearchValue

    /// Refuses a comparator that the entity does not take.
    func require(_ known: [TraceComparator], _ what: String = "") throws {
        guard !known.contains(comparator) else { return }
        let list = known.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
        throw PlatformError.mlflowInvalid(
            what.isEmpty
                ? "Invalid comparator '\(comparator.rawValue)' not one of '{\(list)}'"
                : "\(what) comparator '\(comparator.rawValue)' not one of '{\(list)}'"
        )
    }
}

/// The names of a trace filter and what they stand for.
enum TraceFields {
    static let attributes: Set<String> = [
        "request_id", "timestamp", "timestamp_ms", "execution_time", "execution_time_ms", "end_time", "end_time_ms",
        "status", "client_request_id", "name", "run_id", "prompt", "text",
    ]
    static let sortable: Set<String> = [
        "experiment_id", "timestamp", "timestamp_ms", "execution_time", "execution_time_ms", "end_time", "end_time_ms",
        "status", "request_id", "name", "run_id",
    ]
    static let numeric: Set<String> = ["timestamp_ms", "execution_time_ms", "end_time_ms"]

    private static let entities: [String: TraceClause.Entity] = [
        "tag": .tag, "tags": .tag, "attribute": .attribute, "attributes": .attribute, "trace": .attribute,
        "request_metadata": .metadata, "metadata": .metadata, "span": .span, "feedback": .feedback,
        "expectation": .expectation, "issue": .issue,
    ]

    /// What an identifier such as `` tags.`my key` `` names. `name`, `run_id`, `prompt` and `text` are tags, metadata or the
    /// content of spans under another name.
    static func resolve(_ identifier: String, known: Set<String>) throws -> (TraceClause.Entity, String) {
        let (word, rest) = split(identifier)
        guard let entity = word.map({ entities[bare($0)] }) ?? .attribute else {
            throw PlatformError.mlflowInvalid(
                "Invalid entity type '\(bare(word ?? "").prefix(100))'. Valid values are "
                    + "{\(entities.keys.sorted().map { "'\($0)'" }.joined(separator: ", "))}"
            )
        }
        let key = bare(rest)
        if entity == .attribute, !known.contains(key) {
            throw PlatformError.mlflowInvalid(
                "Invalid attribute key '\(key.prefix(200))' specified. Valid keys are "
                    + "'{\(known.sorted().map { "'\($0)'" }.joined(separator: ", "))}'"
            )
        }
        guard [.attribute, .tag, .metadata].contains(entity) else { return (entity, key) }
        switch key.lowercased() {
        case "name": return (.tag, TraceKey.name)
        case "prompt": return (.tag, TraceKey.linkedPrompts)
        case "run_id": return (.metadata, TraceKey.sourceRun)
        case "text": return (.span, "content")
        case "timestamp": return (entity, "timestamp_ms")
        case "execution_time": return (entity, "execution_time_ms")
        case "end_time": return (entity, "end_time_ms")
        default: return (entity, key)
        }
    }

    private static func split(_ name: String) -> (word: String?, rest: String) {
        guard let first = name.first, first != "`", first != "\"", let dot = name.firstIndex(of: ".") else {
            return (nil, name)
        }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }

    /// A name without the quotes around it.
    static func bare(_ name: String) -> String {
        for quote in ["`", "\""] where name.count >= 2 && name.hasPrefix(quote) && name.hasSuffix(quote) {
            return String(name.dropFirst().dropLast())
        }
        return name
    }
}
