import Primitives
import Storage

/// A question that reviewers answer about traces.
package struct LabelSchema: Sendable, Hashable {
    /// Whether the answer judges a trace or states what was expected.
    package enum Kind: String, Sendable, CaseIterable {
        case feedback = "FEEDBACK"
        case expectation = "EXPECTATION"
    }

    /// `ls-` and 32 hexadecimal digits.
    package let id: String
    /// The experiment.
    package let experimentID: Int64
    /// The question, unique in the experiment.
    package let name: String
    /// What an answer means.
    package let kind: Kind
    /// What the reviewer reads besides.
    package let instruction: String?
    /// Whether a reviewer may add a comment.
    package let enablesComment: Bool
    /// How the reviewer answers.
    package let input: LabelInput
    /// When it was created.
    package let createdTime: Timestamp
    /// When it last changed.
    package let lastUpdateTime: Timestamp
    /// Whether it is the question that every experiment has; it cannot be changed or deleted.
    package let isDefault: Bool

    init(row: SQLRow) throws {
        id = try row.text("schema_id")
        experimentID = try row.integer("experiment_id")
        name = try row.text("name")
        kind = Kind(rawValue: try row.text("kind")) ?? .feedback
        instruction = try row.optionalText("instruction")
        enablesComment = try row.bool("enable_comment")
        input = try LabelInput(OrderedJSON(parsing: row.text("input"), what: "A stored label input"))
        createdTime = try row.time("created_time")
        lastUpdateTime = try row.time("last_update_time")
        isDefault = try row.bool("is_default")
    }
}
