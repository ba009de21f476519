import Foundation
import Primitives

/// One column of the runs table: an attribute, or a metric, param or tag by its key. Its text, `metrics.loss`, stands in
/// addresses.
struct RunColumn: Sendable, Hashable {
    /// What a column shows; the raw value is the entity in MLflow's filter language.
    enum Kind: String, Sendable, Hashable, CaseIterable {
        case attribute = "attributes"
        case metric = "metrics"
        case parameter = "params"
        case tag = "tags"
    }

    let kind: Kind
    let key: String

    /// Names a column.
    init(_ kind: Kind, _ key: String) {
        self.kind = kind
        self.key = key
    }

    /// The longest key that an address may name, in bytes: that of MLflow's tags and params.
    static let maximumKeyBytes = 500

    /// The column that a text such as `params.seed` names; nil for anything else.
    init?(_ text: String) {
        guard let dot = text.firstIndex(of: "."), let kind = Kind(rawValue: String(text[..<dot])) else { return nil }
        let key = String(text[text.index(after: dot)...])
        guard !key.isEmpty, key.utf8.count <= Self.maximumKeyBytes else { return nil }
        if kind == .attribute, Self.words[key] == nil { return nil }
        self.init(kind, key)
    }

    /// As it stands in addresses.
    var text: String { "\(kind.rawValue).\(key)" }

    /// The head of the column.
    var heading: String { kind == .attribute ? Self.words[key] ?? key : key }

    /// Attributes that people may choose, in the order of the list; the state and the name are always there.
    static let attributes = ["experiment", "start_time", "end_time", "duration", "user_id", "run_id"].map {
        RunColumn(.attribute, $0)
    }
    /// The columns that every table has.
    static let state = RunColumn(.attribute, "status")
    static let name = RunColumn(.attribute, "run_name")
    static let started = RunColumn(.attribute, "start_time")
    static let duration = RunColumn(.attribute, "duration")
    static let experiment = RunColumn(.attribute, "experiment")

    private static let words = [
        "status": "State", "run_name": "Run", "experiment": "Experiment", "start_time": "Started", "end_time": "Ended",
        "duration": "Took", "user_id": "By", "run_id": "Run id",
    ]

    /// The field of an ordering in MLflow's grammar; nil where the grammar has none.
    var field: String? {
        if kind == .attribute { return key == "experiment" || key == "duration" ? nil : "attributes.\(key)" }
        let isPlain = key.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ($0 | 32) >= 97 && ($0 | 32) <= 122 }
        if isPlain { return text }
        if !key.contains("`") { return "\(kind.rawValue).`\(key)`" }
        return key.contains("\"") ? nil : "\(kind.rawValue).\"\(key)\""
    }

    /// Whether a metric is of the kind that people most often compare runs by: such stand first where nobody chose.
    static func isOutcome(_ key: String) -> Bool {
        let name = key.lowercased()
        return ["acc", "loss", "f1", "auc", "rmse", "mae", "r2", "score", "error"].contains { name.contains($0) }
    }

    /// The keys of some runs: those that most of them have first, outcomes before others, then by name.
    static func common(_ keys: some Sequence<String>) -> [String] {
        var counts: [String: Int] = [:]
        for key in keys { counts[key, default: 0] += 1 }
        return counts.sorted { left, right in
            (right.value, isOutcome(left.key) ? 0 : 1, left.key) < (left.value, isOutcome(right.key) ? 0 : 1, right.key)
        }.map(\.key)
    }

    /// Whether the first click on its head asks for the largest values first: what people look for in metrics and times.
    var startsDescending: Bool { kind == .metric || key == "start_time" || key == "end_time" }
}
