import Foundation
import Primitives
import Yams

/// Reads YAML nodes as what the format needs and notes each problem with its place; a bad value reads as nil, so that
/// one
/// pass finds every problem.
struct NodeReader {
    /// One member of a mapping.
    struct Member {
        let key: String
        let keyNode: Node
        let value: Node
    }

    private(set) var problems: [DefinitionProblem] = []

    mutating func note(_ code: ErrorCode, _ message: String, nextStep: String = "", at node: Node) {
        problems.append(DefinitionProblem(code, message, nextStep: nextStep, at: node))
    }

    mutating func note(_ problem: DefinitionProblem) { problems.append(problem) }

    /// The members of a mapping; with `allowed`, other keys are problems.
    mutating func members(_ node: Node, of what: String, allowed: [String]? = nil) -> [Member]? {
        guard case .mapping(let mapping) = node else {
            wrongType(node, what, "a mapping of keys to values")
            return nil
        }
        var members: [Member] = []
        for (keyNode, value) in mapping {
            guard let key = keyNode.scalar?.string else {
                wrongType(keyNode, "a key of \(what)", "text")
                continue
            }
            if let allowed, !allowed.contains(key) {
                note(
                    .pipelineUnknownKey,
                    "Unknown key '\(key.prefix(80))' in \(what).",
                    nextStep: Suggestion.phrase(for: key, among: allowed),
                    at: keyNode
                )
                continue
            }
            members.append(Member(key: key, keyNode: keyNode, value: value))
        }
        if members.count > PipelineDefinition.maximumMembers, allowed == nil, what != "'tasks'" {
            tooMany(node, what, PipelineDefinition.maximumMembers)
            return nil
        }
        return members
    }

    /// Text: a scalar of any spelling, which must not be empty unless `mayBeEmpty`.
    mutating func text(_ node: Node, of what: String, mayBeEmpty: Bool = false) -> String? {
        guard let scalar = node.scalar, !scalar.isNull || mayBeEmpty else {
            wrongType(node, what, "text")
            return nil
        }
        guard !scalar.string.isEmpty || mayBeEmpty else {
            note(
                .pipelineInvalidValue,
                "\(what.capitalisedFirst) is empty.",
                nextStep: "Write something or leave the key out.",
                at: node
            )
            return nil
        }
        return scalar.isNull ? "" : scalar.string
    }

    /// A name of ours (see `Name.check`).
    mutating func name(_ text: String, what: String, at node: Node) -> String? {
        do {
            return try Name.check(text, what: what)
        } catch let error as PlatformError {
            note(.pipelineInvalidValue, error.message, nextStep: error.nextStep, at: node)
        } catch {
            note(.pipelineInvalidValue, "\(error)", at: node)
        }
        return nil
    }

    /// A number within bounds.
    mutating func number(_ node: Node, of what: String, in bounds: ClosedRange<Double>) -> Double? {
        guard let scalar = node.scalar, scalar.style == .plain, let value = Double(scalar.string), value.isFinite else {
            wrongType(node, what, "a number")
            return nil
        }
        guard bounds.contains(value) else {
            note(
                .pipelineInvalidValue,
                "\(what.capitalisedFirst) is \(scalar.string); it must be from "
                    + "\(JSONValue.number(bounds.lowerBound).commandText) to \(JSONValue.number(bounds.upperBound).commandText).",
                at: node
            )
            return nil
        }
        return value
    }

    /// A whole number within bounds.
    mutating func integer(_ node: Node, of what: String, in bounds: ClosedRange<Int>) -> Int? {
        guard let scalar = node.scalar, scalar.style == .plain, Int(scalar.string) != nil else {
            wrongType(node, what, "a whole number")
            return nil
        }
        return number(node, of: what, in: Double(bounds.lowerBound)...Double(bounds.upperBound)).map { Int($0) }
    }

    /// `true` or `false`.
    mutating func boolean(_ node: Node, of what: String) -> Bool? {
        guard let scalar = node.scalar, scalar.style == .plain,
            let value = ["true": true, "false": false][scalar.string]
        else {
            wrongType(node, what, "true or false")
            return nil
        }
        return value
    }

    /// A list of texts, each with its node; a text that is there twice is a problem.
    mutating func list(_ node: Node, of what: String) -> [(text: String, node: Node)]? {
        guard case .sequence(let sequence) = node else {
            wrongType(node, what, "a list, for example [a, b]")
            return nil
        }
        if sequence.count > PipelineDefinition.maximumMembers {
            tooMany(node, what, PipelineDefinition.maximumMembers)
            return nil
        }
        var out: [(text: String, node: Node)] = []
        for element in sequence {
            guard let text = text(element, of: "an element of \(what)") else { continue }
            if out.contains(where: { $0.text == text }) {
                note(.pipelineDuplicateName, "'\(text)' is twice in \(what).", nextStep: "Remove one.", at: element)
                continue
            }
            out.append((text, element))
        }
        return out
    }

    /// Any value, typed by its spelling as in YAML 1.2's core schema; `no` and `on` stay text.
    mutating func value(_ node: Node, of what: String) -> JSONValue? {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain else { return .string(scalar.string) }
            if scalar.isNull { return .null }
            if let flag = ["true": true, "false": false][scalar.string] { return .bool(flag) }
            if let integer = Int64(scalar.string) { return .integer(integer) }
            if let number = Double(scalar.string), number.isFinite { return .number(number) }
            return .string(scalar.string)
        case .sequence(let sequence):
            if sequence.count > PipelineDefinition.maximumMembers {
                tooMany(node, what, PipelineDefinition.maximumMembers)
                return nil
            }
            var elements: [JSONValue] = []
            for element in sequence {
                guard element.scalar != nil else {
                    wrongType(element, "an element of \(what)", "text or a number")
                    return nil
                }
                guard let element = value(element, of: what) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        case .mapping, .alias:
            wrongType(node, what, "a single value or a list")
            return nil
        }
    }

    mutating func tooMany(_ node: Node, _ what: String, _ bound: Int) {
        note(
            .pipelineTooMany,
            "\(what.capitalisedFirst) has more than \(bound) members.",
            nextStep: "Split the pipeline.",
            at: node
        )
    }

    mutating func wrongType(_ node: Node, _ what: String, _ wanted: String) {
        note(.pipelineWrongType, "\(what.capitalisedFirst) must be \(wanted).", nextStep: "", at: node)
    }
}

extension Node.Scalar {
    fileprivate var isNull: Bool { style == .plain && ["", "~", "null"].contains(string) }
}

extension String {
    fileprivate var capitalisedFirst: String { prefix(1).uppercased() + dropFirst() }
}
