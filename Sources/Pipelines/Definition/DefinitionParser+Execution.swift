import Foundation
import Primitives
import Yams

extension DefinitionParser {
    /// How tasks are executed, as a pipeline or a task states it.
    mutating func execution(_ members: [NodeReader.Member], of owner: String) -> ExecutionPolicy {
        var policy = ExecutionPolicy()
        for member in members {
            switch member.key {
            case "python": policy.python = python(member.value, of: owner)
            case "network": policy.network = network(member.value, of: owner)
            case "verify": policy.verify = reader.boolean(member.value, of: "'verify' of \(owner)")
            default: break
            }
        }
        return policy
    }

    private mutating func network(_ node: Node, of owner: String) -> NetworkAccess? {
        guard let text = reader.text(node, of: "'network' of \(owner)") else { return nil }
        let known = NetworkAccess.declarable.map(\.rawValue)
        guard let access = NetworkAccess(rawValue: text), NetworkAccess.declarable.contains(access) else {
            reader.note(
                .pipelineInvalidValue,
                "'network' of \(owner) is '\(text.prefix(80))'.",
                nextStep: "Write one of \(known.joined(separator: ", ")).",
                at: node
            )
            return nil
        }
        return access
    }

    private mutating func python(_ node: Node, of owner: String) -> PythonSource? {
        guard let text = reader.text(node, of: "'python' of \(owner)") else { return nil }
        switch text {
        case "server": return .server
        case "none": return PythonSource.none
        default: break
        }
        let name = text.split(separator: "/").last.map(String.init) ?? ""
        guard !text.hasPrefix("/"), name.hasSuffix(".txt") || name.hasPrefix("pylock.") && name.hasSuffix(".toml")
        else {
            reader.note(
                .pipelineInvalidValue,
                "'python' of \(owner) is '\(text.prefix(200))', which is no lock file.",
                nextStep: "Write server, none, or a path relative to the pipeline file that ends in .txt "
                    + "(uv pip compile --generate-hashes) or is a pylock.toml (uv export --format pylock.toml).",
                at: node
            )
            return nil
        }
        guard codeExists(text) else {
            reader.note(
                .pipelineCodeMissing,
                "The lock file '\(text.prefix(200))' is not there.",
                nextStep: "Write a path relative to the folder of the pipeline file.",
                at: node
            )
            return nil
        }
        return .lock(text)
    }
}
