import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku models show`.
package struct ModelsShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a model: its versions, where they run, what was found out about them.",
        discussion: "Example:  aku models show intent"
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "The model.")
    var name: String

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(ModelsAPI.show, parameters: ["name": name])
        try connection.show(reply, as: Self.text)
    }

    private static func text(_ detail: ModelDetailBody) -> String {
        var lines = ["Model    \(detail.model.name)"]
        if !detail.model.description.isEmpty { lines.append("About    \(detail.model.description)") }
        lines += [
            "",
            Terminal.table(
                ["VERSION", "ALIASES", "RUNS ON", "GATE", "PACKAGE", "RUN", "CREATED"],
                detail.versions.map(row)
            ),
        ]
        for version in detail.versions {
            guard let gate = version.attestations.last(where: { $0.kind == "gate" }), !gate.reasons.isEmpty else {
                continue
            }
            lines += ["", "Version \(version.version), gate \(gate.passed ? "passed" : "refused"):"]
            lines += gate.reasons.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private static func row(_ version: ModelVersionBody) -> [String] {
        let gate = version.attestations.last { $0.kind == "gate" }
        return [
            "\(version.version)", version.aliases.joined(separator: " "),
            version.deployments.map(\.endpoint).joined(separator: " "),
            gate.map { $0.passed ? "passed" : "refused" } ?? "–", version.packageDigest?.short ?? "–",
            version.mlflowRun.map { String($0.prefix(12)) } ?? "–", version.createdAt.description,
        ]
    }
}
