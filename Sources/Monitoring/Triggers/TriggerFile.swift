import Foundation
import Primitives
import Yams

/// Reads trigger files: one YAML document a trigger, separated by `---`. Every complaint names its line.
package enum TriggerFile {
    /// The largest file, in bytes.
    package static let maximumBytes = 64 << 10
    /// The most triggers in a file.
    package static let maximumTriggers = 64
    /// The kinds of event that a trigger may follow.
    package static let kinds = ["drift.detected"]

    private static let keys = [
        "trigger", "on", "endpoint", "pipeline", "parameters", "cooldown_seconds", "maximum_per_day",
    ]

    /// The triggers of a file.
    ///
    /// - Throws: `trigger_invalid` with the line; `trigger_file_too_large`.
    package static func parse(_ text: String) throws -> [TriggerDefinition] {
        guard text.utf8.count <= maximumBytes else {
            throw PlatformError(.triggerFileTooLarge, "The trigger file is larger than \(maximumBytes) bytes.")
        }
        var documents: [Node] = []
        do {
            var stream = try Yams.compose_all(yaml: text)
            while let node = stream.next() {
                documents.append(node)
                if documents.count > maximumTriggers { break }
            }
            if let error = stream.error { throw error }
        } catch {
            throw PlatformError(
                .triggerInvalid,
                "The trigger file is not YAML: \(error).",
                nextStep: "Correct the file at that line."
            )
        }
        guard !documents.isEmpty, documents.count <= maximumTriggers else {
            throw PlatformError(
                .triggerInvalid,
                "A trigger file holds 1 to \(maximumTriggers) documents, not \(documents.count)."
            )
        }
        let triggers = try documents.map(trigger)
        if let twice = Dictionary(grouping: triggers, by: \.name).first(where: { $0.value.count > 1 }) {
            throw PlatformError(.triggerInvalid, "The trigger '\(twice.key)' is declared twice.")
        }
        return triggers
    }

    private static func trigger(_ node: Node) throws -> TriggerDefinition {
        let members = try mapping(node, "A trigger")
        for (key, member) in members where !keys.contains(key) {
            throw invalid("Unknown key '\(key)'.", member, nextStep: Suggestion.phrase(for: key, among: keys))
        }
        let on = try text("on", of: members, in: node)
        guard kinds.contains(on) else {
            let hint = Suggestion.phrase(for: on, among: kinds)
            throw invalid("A trigger cannot follow '\(on)'.", members["on"] ?? node, nextStep: hint)
        }
        let name = try text("trigger", of: members, in: node)
        let endpoint = try text("endpoint", of: members, in: node)
        let pipeline = try text("pipeline", of: members, in: node)
        try Name.check(name, what: "trigger")
        try Name.check(endpoint, what: "endpoint")
        try Name.check(pipeline, what: "pipeline")
        var parameters: [String: JSONValue] = [:]
        if let node = members["parameters"] {
            for (key, member) in try mapping(node, "'parameters'") { parameters[key] = try TriggerYAML.value(member) }
        }
        return TriggerDefinition(
            name: name,
            on: on,
            endpoint: endpoint,
            pipeline: pipeline,
            parameters: parameters,
            cooldownSeconds: try integer(
                "cooldown_seconds",
                of: members,
                in: 0...31_536_000,
                default: TriggerDefinition.standardCooldownSeconds
            ),
            maximumPerDay: try integer(
                "maximum_per_day",
                of: members,
                in: 1...1_440,
                default: TriggerDefinition.standardMaximumPerDay
            )
        )
    }

    private static func mapping(_ node: Node, _ what: String) throws -> [String: Node] {
        guard let mapping = node.mapping else { throw invalid("\(what) must be a mapping of keys to values.", node) }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { throw invalid("A key must be a word.", key) }
            members[name] = value
        }
        return members
    }

    private static func text(_ key: String, of members: [String: Node], in parent: Node) throws -> String {
        guard let node = members[key] else { throw invalid("The key '\(key)' is missing.", parent) }
        guard let value = node.scalar?.string, !value.isEmpty else { throw invalid("'\(key)' must be a word.", node) }
        return value
    }

    private static func integer(
        _ key: String,
        of members: [String: Node],
        in range: ClosedRange<Int>,
        default standard: Int
    ) throws -> Int {
        guard let node = members[key] else { return standard }
        guard let value = node.scalar.flatMap({ Int($0.string) }), range.contains(value) else {
            throw invalid("'\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound).", node)
        }
        return value
    }

    static func invalid(_ message: String, _ node: Node, nextStep: String = "") -> PlatformError {
        let line = node.mark?.line ?? 1
        return PlatformError(
            .triggerInvalid,
            "Line \(line): \(message)",
            nextStep: nextStep.isEmpty ? "Correct the trigger file at that line." : nextStep,
            context: ["line": String(line)]
        )
    }
}

/// Values of trigger parameters. Plain scalars follow the core schema of YAML 1.2: only `true` and `false` are Boolean,
/// so the language code `no` stays a word.
enum TriggerYAML {
    /// The deepest nesting of lists and mappings.
    static let maximumDepth = 8

    static func value(_ node: Node, depth: Int = 0) throws -> JSONValue {
        guard depth <= maximumDepth else {
            throw TriggerFile.invalid("Parameters nest deeper than \(maximumDepth) levels.", node)
        }
        switch node {
        case .scalar(let scalar):
            return scalar.style == .plain ? plain(scalar.string) : .string(scalar.string)
        case .sequence(let sequence):
            return .array(try sequence.map { try value($0, depth: depth + 1) })
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, member) in mapping { members[key.scalar?.string ?? ""] = try value(member, depth: depth + 1) }
            return .object(members)
        case .alias:
            throw TriggerFile.invalid("Aliases are not taken in parameters.", node)
        }
    }

    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "", "~", "null": return .null
        default: break
        }
        if let integer = Int64(text) { return .integer(integer) }
        let isNumeric = text.unicodeScalars.allSatisfy { "0123456789+-.eE".unicodeScalars.contains($0) }
        if isNumeric, let number = Double(text) { return .number(number) }
        return .string(text)
    }
}

extension ErrorCode {
    /// A trigger file breaks a rule; the message names the line.
    package static let triggerInvalid = ErrorCode("trigger_invalid", .invalidArgument)
    /// A trigger file is larger than the bound.
    package static let triggerFileTooLarge = ErrorCode("trigger_file_too_large", .tooLarge)
}
