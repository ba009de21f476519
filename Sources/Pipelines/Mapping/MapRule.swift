import Primitives

/// What stands in a task's `map:`: over what it is executed, once for each element.
package struct MapRule: Sendable, Hashable {
    /// The most instances of one task.
    package static let maximumInstances = 100_000
    /// The most when the file says nothing.
    package static let standardLimit = 10_000
    /// The largest file with a list, in bytes.
    package static let maximumListBytes = 16 << 20
    /// The name of the input that holds an instance's shard.
    package static let shardInput = "item"

    /// Where the elements come from.
    package enum Source: Sendable, Hashable {
        /// A parameter of type list.
        case parameter(String)
        /// An output that is a file with a JSON list.
        case list(task: String, output: String)
        /// An output that is a folder: one instance for each of its files and folders.
        case shards(task: String, output: String)
    }

    /// Where the elements come from.
    package let source: Source
    /// More elements than that are refused.
    package let limit: Int

    /// The task that must be over before anything is known; nil for a parameter.
    var task: String? {
        switch source {
        case .parameter: nil
        case .list(let task, _), .shards(let task, _): task
        }
    }

    /// As the file has it.
    package var text: String {
        switch source {
        case .parameter(let name): "params.\(name)"
        case .list(let task, let output), .shards(let task, let output): "\(task).\(output)"
        }
    }

    /// Whether instances get a part of a folder.
    var isOverShards: Bool { if case .shards = source { true } else { false } }
}

/// One element.
package struct MapItem: Sendable, Hashable {
    /// From 0.
    package let index: Int
    /// Where its outputs lie among the collected ones: a shard's name, else the index in six digits.
    package let key: String
    /// The element of a list; nil for a shard.
    package let value: JSONValue?
    /// The part of a folder; nil for an element of a list.
    package let shard: TaskOutput?

    /// Values that a command may refer to by `${map.NAME}`; nil for a name that is none.
    func value(_ name: String) -> JSONValue? {
        switch name {
        case "index": return .integer(Int64(index))
        case "key": return .string(key)
        default:
            guard let value else { return .string("inputs/" + MapRule.shardInput) }
            return name.split(separator: ".").dropFirst().reduce(value) { $0[String($1)] ?? .null }
        }
    }
}

/// The name of one instance: `score[17]`.
enum InstanceName {
    static func text(_ task: String, _ index: Int) -> String { "\(task)[\(index)]" }

    /// The task and the index; nil for a name of another form.
    static func parts(_ name: String) -> (task: String, index: Int)? {
        guard name.utf8.last == UInt8(ascii: "]"), let open = name.lastIndex(of: "["),
            let index = Int(name[name.index(after: open)...].dropLast()), index >= 0
        else { return nil }
        return (String(name[..<open]), index)
    }
}
