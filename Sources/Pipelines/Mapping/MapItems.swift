import Foundation
import Primitives
import Storage

/// Everything that a mapped task of one run is executed for. What is in the object store is read when this is made, and
/// never afterwards; elements of a list are decoded when they are asked for.
struct MapItems: Sendable {
    private enum Content: Sendable {
        case values([JSONValue])
        case list(JSONList)
        case shards([(key: String, shard: TaskOutput)])
    }

    private let content: Content
    /// What decides the elements, for the identity of the whole.
    let source: [String: JSONValue]

    var count: Int {
        switch content {
        case .values(let values): values.count
        case .list(let list): list.count
        case .shards(let shards): shards.count
        }
    }

    /// Looks at the source. An output that is not there, since its task was left out, has no elements.
    ///
    /// - Throws: `map_too_large`, `map_source_invalid`, `object_missing`.
    init(_ rule: MapRule, parameters: [String: JSONValue], outputs: [String: [TaskOutput]], objects: ObjectStore) throws
    {
        func output(_ task: String, _ name: String) -> TaskOutput? { outputs[task]?.first { $0.name == name } }
        switch rule.source {
        case .parameter(let name):
            let values = parameters[name]?.arrayValue ?? []
            guard values.count <= rule.limit else { throw Self.tooLarge(rule, "\(values.count)") }
            content = .values(values)
            source = ["over": .array(values)]
        case .list(let task, let name):
            guard let output = output(task, name) else {
                content = .values([])
                source = [:]
                return
            }
            content = .list(try Self.list(output, rule, objects))
            source = ["over": .string(output.digest.description)]
        case .shards(let task, let name):
            guard let output = output(task, name) else {
                content = .values([])
                source = [:]
                return
            }
            content = .shards(try Self.shards(output, rule, objects))
            source = ["shards": .string(output.digest.description)]
        }
    }

    /// One element.
    ///
    /// - Throws: `invalid_json` for an element that is none.
    func item(_ index: Int) throws -> MapItem {
        switch content {
        case .values(let values): Self.item(index, values[index])
        case .list(let list): Self.item(index, try list.element(index))
        case .shards(let shards):
            MapItem(index: index, key: shards[index].key, value: nil, shard: shards[index].shard)
        }
    }

    /// Where an instance's outputs lie among the collected ones.
    func key(_ index: Int) -> String {
        if case .shards(let shards) = content { shards[index].key } else { Self.key(index) }
    }

    private static func item(_ index: Int, _ value: JSONValue) -> MapItem {
        MapItem(index: index, key: key(index), value: value, shard: nil)
    }

    private static func key(_ index: Int) -> String {
        let digits = String(index)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private static func list(_ output: TaskOutput, _ rule: MapRule, _ objects: ObjectStore) throws -> JSONList {
        guard output.kind == .file else {
            throw PlatformError(
                .mapSourceInvalid,
                "'\(rule.text)' is a folder, not a file with a JSON list.",
                nextStep: "Write 'map: { shards: \(rule.text) }' for its files."
            )
        }
        guard output.bytes <= Int64(MapRule.maximumListBytes) else {
            throw PlatformError(
                .mapTooLarge,
                "'\(rule.text)' has \(output.bytes) bytes; a list that is mapped has at most "
                    + "\(MapRule.maximumListBytes).",
                nextStep: "Map over shards, each with many rows."
            )
        }
        do {
            return try JSONList(objects.data(output.digest, upTo: MapRule.maximumListBytes), limit: rule.limit)
        } catch let problem as JSONList.Problem {
            switch problem {
            case .tooMany: throw tooLarge(rule, "more than \(rule.limit)")
            case .notAList:
                throw PlatformError(
                    .mapSourceInvalid,
                    "'\(rule.text)' is no JSON list.",
                    nextStep: "Write a list: [\"a\", \"b\"]."
                )
            case .broken(let offset):
                throw PlatformError(
                    .mapSourceInvalid,
                    "'\(rule.text)' is not JSON at byte \(offset).",
                    nextStep: "Write it with a JSON library."
                )
            }
        }
    }

    /// The folder of a shard becomes a tree of its own.
    private static func shards(_ output: TaskOutput, _ rule: MapRule, _ objects: ObjectStore) throws
        -> [(key: String, shard: TaskOutput)]
    {
        guard output.kind == .tree else {
            throw PlatformError(
                .mapSourceInvalid,
                "'\(rule.text)' is a file, not a folder of shards.",
                nextStep: "Write 'map: { over: \(rule.text) }' for the elements of a JSON list."
            )
        }
        var shards: [(key: String, entries: [TreeEntry])] = []
        // Entries are sorted by path, but "a-b" lies between "a" and "a/x".
        var places: [String: Int] = [:]
        for entry in try objects.tree(output.digest).entries {
            let key = entry.path.split(separator: "/", maxSplits: 1).first.map(String.init) ?? entry.path
            if let place = places[key] {
                shards[place].entries.append(entry)
            } else {
                places[key] = shards.count
                shards.append((key, [entry]))
            }
        }
        guard shards.count <= rule.limit else { throw tooLarge(rule, "\(shards.count)") }
        return try shards.map { ($0.key, try shard($0, objects)) }
    }

    private static func shard(_ shard: (key: String, entries: [TreeEntry]), _ objects: ObjectStore) throws -> TaskOutput
    {
        if shard.entries.count == 1, let entry = shard.entries.first, entry.path == shard.key {
            return TaskOutput(name: MapRule.shardInput, digest: entry.digest, kind: .file, bytes: entry.size)
        }
        let tree = try Tree(
            entries: shard.entries.map { entry in
                TreeEntry(
                    path: String(entry.path.dropFirst(shard.key.count + 1)),
                    digest: entry.digest,
                    size: entry.size,
                    executable: entry.executable
                )
            }
        )
        let stored = try objects.put(tree: tree)
        return TaskOutput(name: MapRule.shardInput, digest: stored.digest, kind: .tree, bytes: tree.bytes)
    }

    private static func tooLarge(_ rule: MapRule, _ count: String) -> PlatformError {
        PlatformError(
            .mapTooLarge,
            "'\(rule.text)' has \(count) elements; the task takes \(rule.limit) at most.",
            nextStep: rule.limit < MapRule.maximumInstances
                ? "Give it fewer, or raise 'limit:' of 'map:' (at most \(MapRule.maximumInstances))."
                : "Let each instance work on many elements: map over shards."
        )
    }
}
