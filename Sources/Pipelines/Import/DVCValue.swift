import Foundation
import Primitives
import Yams

/// A value of `dvc.yaml` or of a file of parameters, with its order kept.
indirect enum DVCValue: Sendable {
    case null
    case bool(Bool)
    /// A number as Python writes it.
    case number(String)
    case text(String)
    case list([DVCValue])
    case map([(key: String, value: DVCValue)])

    init(_ node: Node) {
        switch node {
        case .scalar(let scalar):
            let text = scalar.string
            if scalar.style != .plain {
                self = .text(text)
            } else if ["", "~", "null", "Null", "NULL"].contains(text) {
                self = .null
            } else if let flag = ["true": true, "false": false][text.lowercased()] {
                self = .bool(flag)
            } else if let integer = Int64(text) {
                self = .number(String(integer))
            } else if text.first?.isLetter != true, let number = Double(text), number.isFinite {
                self = .number(number.description)
            } else {
                self = .text(text)
            }
        case .sequence(let sequence): self = .list(sequence.map(DVCValue.init))
        case .mapping(let mapping):
            self = .map(mapping.compactMap { key, value in key.scalar.map { ($0.string, DVCValue(value)) } })
        case .alias: self = .null
        }
    }

    subscript(_ key: String) -> DVCValue? {
        switch self {
        case .map(let members): members.last { $0.key == key }?.value
        case .list(let elements): Int(key).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: nil
        }
    }

    /// A scalar as it stands in a text; nil for lists and mappings.
    var scalar: String? {
        switch self {
        case .null: "None"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text), .text(let text): text
        case .list, .map: nil
        }
    }

    /// Texts of a list; a single one stands for a list of one.
    var texts: [String] {
        switch self {
        case .list(let elements): elements.compactMap(\.scalar)
        case .null, .map: []
        default: scalar.map { [$0] } ?? []
        }
    }

    /// With what another mapping says put over it.
    func merging(_ other: DVCValue) -> DVCValue {
        guard case .map(var members) = self, case .map(let more) = other else { return other }
        for member in more {
            if let index = members.firstIndex(where: { $0.key == member.key }) {
                members[index].value = members[index].value.merging(member.value)
            } else {
                members.append(member)
            }
        }
        return .map(members)
    }

    // MARK: - Templates

    /// What `a.b[0].c` names in it.
    func value(at path: String) -> DVCValue? {
        let parts = path.replacing("[", with: ".").replacing("]", with: "").split(separator: ".").map {
            $0.trimmingCharacters(in: ["'", "\"", " "])
        }
        var value = self
        for part in parts {
            guard let next = value[part] else { return nil }
            value = next
        }
        return parts.isEmpty ? nil : value
    }

    /// With each `${...}` in its texts replaced by what it names in `context`.
    ///
    /// - Parameter isCommand: whether mappings become options, as in `cmd`.
    /// - Throws: `pipeline_import_failed` for what is not there.
    func resolved(in context: DVCValue, isCommand: Bool = false) throws -> DVCValue {
        switch self {
        case .text(let text): try Self.resolve(text, context, isCommand)
        case .list(let elements): .list(try elements.map { try $0.resolved(in: context, isCommand: isCommand) })
        case .map(let members):
            .map(
                try members.map { member in
                    let key = try Self.resolve(member.key, context, false).scalar ?? member.key
                    return (key, try member.value.resolved(in: context, isCommand: isCommand || key == "cmd"))
                }
            )
        default: self
        }
    }

    private static func resolve(_ text: String, _ context: DVCValue, _ isCommand: Bool) throws -> DVCValue {
        var out = "", rest = text[...], isWhole = true
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            guard !before.hasSuffix("\\") else {
                out += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                isWhole = false
                continue
            }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let path = rest[start.upperBound..<end].trimmingCharacters(in: .whitespaces)
            guard let value = context.value(at: path) else {
                throw PlatformError(
                    .pipelineImportFailed,
                    "'${\(path.prefix(80))}' names nothing in params.yaml or vars.",
                    nextStep: "Add it there, or replace it by a value."
                )
            }
            out += before
            rest = rest[rest.index(after: end)...]
            if out.isEmpty, rest.isEmpty, isWhole, !isCommand { return value }
            isWhole = false
            if let scalar = value.scalar {
                out += scalar
            } else if isCommand {
                out += value.options("").joined(separator: " ")
            } else {
                throw PlatformError(.pipelineImportFailed, "'${\(path.prefix(80))}' is no single value.")
            }
        }
        return .text(out + rest)
    }

    /// A mapping as options of a command, as DVC writes them unless it is configured otherwise.
    private func options(_ prefix: String) -> [String] {
        switch self {
        case .map(let members): members.flatMap { $0.value.options(prefix.isEmpty ? $0.key : "\(prefix).\($0.key)") }
        case .bool(let flag): flag ? ["--\(prefix)"] : []
        case .list(let elements): ["--\(prefix)"] + elements.compactMap(\.scalar).map(ImportedPipeline.shell)
        default: ["--\(prefix)", ImportedPipeline.shell(scalar ?? "")]
        }
    }
}
