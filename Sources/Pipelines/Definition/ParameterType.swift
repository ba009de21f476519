import Foundation
import Primitives

/// The types of parameters.
package enum ParameterType: String, Sendable, CaseIterable {
    case string
    case integer
    case number
    case boolean
    /// Texts and numbers; given to commands joined by commas.
    case list

    /// The value as this type: a value of the type itself, or text that spells one (as the command line sends it).
    ///
    /// - Returns: nil when it is neither.
    package func accept(_ value: JSONValue) -> JSONValue? {
        // `.none` is spelt out: a bare nil beside a JSON value means JSON's null.
        switch (self, value) {
        case (.string, .string), (.integer, .integer), (.boolean, .bool):
            return value
        case (.integer, .number(let number)):
            return Int64(exactly: number).map(JSONValue.integer)
        case (.number, .integer(let number)):
            return .number(Double(number))
        case (.number, .number(let number)):
            return number.isFinite ? .some(value) : .none
        case (.integer, .string(let text)):
            return Int64(text).map(JSONValue.integer)
        case (.number, .string(let text)):
            return Double(text).flatMap { $0.isFinite ? .some(.number($0)) : .none }
        case (.boolean, .string(let text)):
            return ["true": true, "false": false][text].map(JSONValue.bool)
        case (.list, .string(let text)):
            return .array(
                text.isEmpty
                    ? [] : text.split(separator: ",", omittingEmptySubsequences: false).map { .string(String($0)) }
            )
        case (.list, .array(let elements)):
            return elements.allSatisfy(Self.isElement) ? .some(value) : .none
        default:
            return .none
        }
    }

    /// A comma would make one element look like two.
    private static func isElement(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): !text.contains(",")
        case .integer, .number: true
        default: false
        }
    }
}

extension JSONValue {
    /// The value as a command sees it: plain text, a list joined by commas.
    package var commandText: String {
        switch self {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): Int64(exactly: value).map { String($0) } ?? String(value)
        case .string(let value): value
        case .array(let values): values.map(\.commandText).joined(separator: ",")
        case .object: (try? CanonicalJSON.text(self)) ?? ""
        }
    }
}

extension PipelineDefinition {
    /// The values that a run uses: those given, checked and typed, and defaults for the others.
    ///
    /// - Throws: `parameter_unknown`, `parameter_type`, `parameter_missing`.
    package func resolve(parameters given: [String: JSONValue]) throws -> [String: JSONValue] {
        let names = parameters.map(\.name)
        for name in given.keys.sorted() where !names.contains(name) {
            throw PlatformError(
                .parameterUnknown,
                "Pipeline '\(self.name)' has no parameter '\(name.prefix(80))'.",
                nextStep: Suggestion.phrase(for: name, among: names),
                context: ["parameter": name]
            )
        }
        var values: [String: JSONValue] = [:]
        for parameter in parameters {
            guard let value = given[parameter.name] ?? parameter.standard else {
                throw PlatformError(
                    .parameterMissing,
                    "Parameter '\(parameter.name)' of pipeline '\(self.name)' has no default and no value.",
                    nextStep: "Give one: -p \(parameter.name)=VALUE.",
                    context: ["parameter": parameter.name]
                )
            }
            guard let typed = parameter.type.accept(value) else {
                throw PlatformError(
                    .parameterType,
                    "Parameter '\(parameter.name)' is '\(value.commandText.prefix(80))'; "
                        + "it must be of type \(parameter.type.rawValue).",
                    nextStep: parameter.type.hint,
                    context: ["parameter": parameter.name]
                )
            }
            values[parameter.name] = typed
        }
        return values
    }
}

extension ParameterType {
    /// What a good value looks like.
    var hint: String {
        switch self {
        case .string: "Write text."
        case .integer: "Write a whole number, for example 17."
        case .number: "Write a number, for example 0.5."
        case .boolean: "Write true or false."
        case .list: "Write texts or numbers without commas in them: [en, fr], or en,fr on the command line."
        }
    }
}
