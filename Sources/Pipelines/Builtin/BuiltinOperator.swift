import Primitives

/// What a task may name in `uses:` instead of a command: work that the server does itself, without a process.
package enum BuiltinOperator: String, Sendable, CaseIterable, Codable {
    /// Numbers of a JSON file must hold.
    case assert
    /// The files of all inputs become one file.
    case concat
    /// Nothing: a point where others meet.
    case noop
    /// Some files of a folder become a folder.
    case pick
    /// The lines of a file become a folder of files.
    case shard

    /// The most files that `shard` makes.
    static let maximumShards = 10_000

    /// Changes whenever the operator makes something else of the same inputs; part of a task's identity.
    package var version: Int { 1 }

    /// One sentence for people.
    package var summary: String {
        switch self {
        case .assert: "Fail unless numbers of a JSON file hold."
        case .concat: "Join the files of all inputs, in order, into one file."
        case .noop: "Do nothing: a point where other tasks meet."
        case .pick: "Keep the files of a folder whose paths match."
        case .shard: "Cut a file into files of whole lines."
        }
    }

    /// What `with:` may hold.
    package var arguments: [BuiltinArgument] {
        switch self {
        case .assert:
            [
                BuiltinArgument(
                    name: "that",
                    kind: .comparison,
                    isRequired: true,
                    isList: true,
                    summary: "What must hold: POINTER SIGN NUMBER, for example /accuracy >= 0.9."
                ),
                BuiltinArgument(name: "file", kind: .path, summary: "Which file, where the input is a folder."),
            ]
        case .concat:
            [
                BuiltinArgument(
                    name: "match",
                    kind: .pattern,
                    isList: true,
                    summary: "Of folders only files whose paths match; every file when left out."
                ),
                BuiltinArgument(
                    name: "lines",
                    kind: .flag,
                    summary: "Whether each file ends with a line break at least."
                ),
            ]
        case .noop: []
        case .pick:
            [
                BuiltinArgument(
                    name: "match",
                    kind: .pattern,
                    isRequired: true,
                    isList: true,
                    summary: "Patterns of paths; * and ? stay within a folder, ** goes through all."
                )
            ]
        case .shard:
            [
                BuiltinArgument(
                    name: "count",
                    kind: .count(1...Self.maximumShards),
                    isRequired: true,
                    summary: "How many files; fewer where there are fewer lines."
                )
            ]
        }
    }

    /// How many inputs it takes.
    package var inputs: ClosedRange<Int> {
        switch self {
        case .noop: 0...PipelineDefinition.maximumMembers
        case .concat: 1...PipelineDefinition.maximumMembers
        case .assert, .pick, .shard: 1...1
        }
    }

    /// How many outputs it makes.
    package var outputs: ClosedRange<Int> {
        switch self {
        case .noop: 0...0
        case .assert: 0...1
        case .concat, .pick, .shard: 1...1
        }
    }

    /// Whether it reads and writes nothing, so that it is over as soon as it has begun, and nothing can be linked.
    var isImmediate: Bool { self == .noop }
}

/// One thing that `with:` may hold.
package struct BuiltinArgument: Sendable, Hashable {
    /// What its values are.
    package enum Kind: Sendable, Hashable {
        case comparison
        case pattern
        case path
        case flag
        case count(ClosedRange<Int>)
    }

    /// Its key.
    package let name: String
    /// What its values are.
    package let kind: Kind
    /// Whether it cannot be left out.
    package var isRequired = false
    /// Whether it may be a list.
    package var isList = false
    /// One sentence for people.
    package let summary: String

    /// What is wrong with a value; nil for nothing.
    func problem(_ text: String) -> String? {
        switch kind {
        case .comparison:
            Comparison(text) == nil
                ? "'\(text.prefix(80))' is no comparison: write POINTER SIGN NUMBER, e.g. /accuracy >= 0.9." : nil
        case .pattern:
            text.isEmpty || text.hasPrefix("/") || text.utf8.count > Pattern.maximumBytes
                ? "'\(text.prefix(80))' is no pattern of relative paths." : nil
        case .path: text.isEmpty || text.hasPrefix("/") ? "'\(text.prefix(80))' is no path inside a folder." : nil
        case .flag: ["true", "false"].contains(text) ? nil : "'\(text.prefix(80))' is neither true nor false."
        case .count(let bounds):
            Int(text).map(bounds.contains) == true
                ? nil : "'\(text.prefix(80))' is no whole number from \(bounds.lowerBound) to \(bounds.upperBound)."
        }
    }
}
