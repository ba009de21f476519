import Foundation
import Primitives
import Storage

/// Everything that decides what a task computes. Two executions with equal components have one identity, and the second
/// is served from the first's outputs.
package struct TaskComponents: Sendable, Hashable, Codable {
    /// The rules that the identity was made by; a change of rules is a change of identity.
    package static let currentFormat = "aku.task/2"

    /// See `currentFormat`.
    package let format: String
    /// The command with its references, as written.
    package let command: String
    /// The values of the parameters that the command uses, and no others.
    package let parameters: [String: JSONValue]
    /// The tree of the task's code; nil when it has none.
    package let code: Digest?
    /// The digests of its inputs, by name.
    package let inputs: [String: Digest]
    /// The variables that it declares.
    package let environment: [String: String]
    /// The names of its outputs, sorted.
    package let outputs: [String]
    /// The Python that it finds first (see `Interpreter.components`); nil when it finds none of ours.
    package let python: [String: String]?
    /// What of the network it reaches, where that is declared: what was computed with it is no proof for without.
    package let network: String?
    /// What of its element an instance of a mapped task uses; of the whole, what it is mapped over.
    package let map: [String: JSONValue]?
    /// The image that it runs in, by digest; nil for a task without one.
    package let image: String?

    /// Takes the components of a task together.
    package init(
        task: TaskDefinition,
        parameters: [String: JSONValue],
        code: Digest?,
        inputs: [String: Digest],
        python: [String: String]? = nil,
        network: NetworkAccess = .unstated,
        map: [String: JSONValue]? = nil
    ) {
        let used = Set(task.run.names(in: .params))
        format = Self.currentFormat
        command = task.run.source
        self.parameters = parameters.filter { used.contains($0.key) }
        self.code = code
        self.inputs = inputs
        environment = task.environment
        outputs = task.outputs.sorted()
        self.map = map
        self.python = python
        self.network = network == .unstated ? nil : network.rawValue
        image = task.placement.image
    }

    /// SHA-256 over the canonical JSON of the components.
    package func identity() throws -> Digest { Digest.sha256(of: try CanonicalJSON.encode(self)) }

    /// One part of the identity that is not what it was.
    package struct Difference: Sendable, Hashable, Codable {
        /// `command`, `parameters.seed`, `code`, `inputs.corpus`, `environment.NAME`, `image`, `outputs`, `python.packages`,
        /// `network`, `format`.
        package let part: String
        /// Before; empty when it was not there.
        package let before: String
        /// Now; empty when it is no longer there.
        package let now: String
    }

    /// What differs from earlier components, sorted by part.
    package func differences(from earlier: TaskComponents) -> [Difference] {
        var out: [Difference] = []
        func compare(_ part: String, _ before: String?, _ now: String?) {
            if before != now { out.append(Difference(part: part, before: before ?? "", now: now ?? "")) }
        }
        func compare(_ part: String, _ before: [String: String], _ now: [String: String]) {
            for key in Set(before.keys).union(now.keys).sorted() { compare("\(part).\(key)", before[key], now[key]) }
        }
        compare("code", earlier.code?.description, code?.description)
        compare("command", earlier.command, command)
        compare("environment", earlier.environment, environment)
        compare("image", earlier.image, image)
        compare("format", earlier.format, format)
        compare("inputs", earlier.inputs.mapValues(\.description), inputs.mapValues(\.description))
        compare("outputs", earlier.outputs.joined(separator: ","), outputs.joined(separator: ","))
        compare("map", (earlier.map ?? [:]).mapValues(\.commandText), (map ?? [:]).mapValues(\.commandText))
        compare("network", earlier.network, network)
        compare("parameters", earlier.parameters.mapValues(\.commandText), parameters.mapValues(\.commandText))
        compare("python", earlier.python ?? [:], python ?? [:])
        return out
    }
}
