import Foundation
import Primitives
import Yams

extension DefinitionParser {
    mutating func parameters(_ node: Node) -> [ParameterDefinition] {
        var out: [ParameterDefinition] = []
        for member in reader.members(node, of: "'parameters'") ?? [] {
            let what = "parameter '\(member.key)'"
            guard let name = reader.name(member.key, what: "parameter", at: member.keyNode),
                let members = reader.members(member.value, of: what, allowed: Self.parameterKeys)
            else { continue }
            let values = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
            guard let typeNode = values["type"] else {
                reader.note(
                    .pipelineMissingKey,
                    "\(what.prefix(1).uppercased() + what.dropFirst()) has no 'type'.",
                    nextStep: "Write type: \(ParameterType.allCases.map(\.rawValue).joined(separator: ", ")).",
                    at: member.keyNode
                )
                continue
            }
            guard let typeName = reader.text(typeNode, of: "the type of \(what)") else { continue }
            guard let type = ParameterType(rawValue: typeName) else {
                reader.note(
                    .pipelineInvalidValue,
                    "'\(typeName.prefix(80))' is no type of parameter.",
                    nextStep: Suggestion.phrase(for: typeName, among: ParameterType.allCases.map(\.rawValue)),
                    at: typeNode
                )
                continue
            }
            var standard: JSONValue?
            if let node = values["default"], let value = reader.value(node, of: "the default of \(what)") {
                standard = type.acceptNative(value, spelling: node.scalar?.string)
                if standard == nil {
                    reader.note(
                        .pipelineWrongType,
                        "The default of \(what) is not of type \(type.rawValue).",
                        nextStep: type.hint,
                        at: node
                    )
                }
            }
            let summary =
                values["description"].flatMap { reader.text($0, of: "the description of \(what)", mayBeEmpty: true) }
                ?? ""
            out.append(ParameterDefinition(name: name, type: type, standard: standard, summary: summary))
        }
        return out
    }
}

extension ParameterType {
    /// A default must be written as its type; only numbers may be spelled like text for a string.
    fileprivate func acceptNative(_ value: JSONValue, spelling: String?) -> JSONValue? {
        switch (self, value) {
        case (.string, .integer), (.string, .number), (.string, .bool): spelling.map(JSONValue.string)
        case (.integer, .string), (.number, .string), (.boolean, .string), (.list, .string): nil
        default: accept(value)
        }
    }
}
