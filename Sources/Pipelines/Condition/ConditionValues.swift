import Foundation
import Primitives
import Storage

/// What a condition looks at, for one task of one run.
struct ConditionValues {
    let parameters: [String: JSONValue]
    /// Inputs that are there; one whose task was skipped is not.
    let inputs: [String: TaskOutput]
    /// States of the tasks that it waits for.
    let states: [String: TaskState]
    let objects: ObjectStore

    /// The value of a reference; null where the document has nothing at the path.
    ///
    /// - Throws: `invalid_json`, `too_large`, `object_missing`, `task_condition_failed`.
    func value(_ reference: ConditionReference) throws -> JSONValue {
        switch reference.root {
        case .params: return Self.walk(parameters[reference.name] ?? .null, reference.path[...])
        case .tasks: return states[reference.name].map { .string($0.name) } ?? .null
        case .inputs:
            guard let input = inputs[reference.name] else { return .null }
            switch input.kind {
            case .file: return Self.walk(try document(input.digest, reference.text), reference.path[...])
            case .tree:
                guard case .key(let file)? = reference.path.first else {
                    throw PlatformError(
                        .taskConditionFailed,
                        "'\(reference.text)' is a folder.",
                        nextStep: "Name the file in it: inputs.\(reference.name)[\"metrics.json\"]."
                    )
                }
                let entry = try objects.tree(input.digest).entries.first { $0.path == file }
                guard let entry else { return .null }
                return Self.walk(try document(entry.digest, reference.text), reference.path.dropFirst())
            }
        }
    }

    private func document(_ digest: Digest, _ what: String) throws -> JSONValue {
        let data = try objects.data(digest, upTo: Condition.maximumDocumentBytes)
        return try CanonicalJSON.decode(JSONValue.self, from: data, what: "the file of '\(what)'")
    }

    private static func walk(_ value: JSONValue, _ path: ArraySlice<ConditionReference.Step>) -> JSONValue {
        guard let step = path.first else { return value }
        switch step {
        case .key(let key): return walk(value[key] ?? .null, path.dropFirst())
        case .index(let index):
            guard let elements = value.arrayValue, elements.indices.contains(index) else { return .null }
            return walk(elements[index], path.dropFirst())
        }
    }
}
