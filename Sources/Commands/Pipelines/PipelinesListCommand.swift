import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku pipelines list`.
package struct PipelinesListCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List pipelines.",
        discussion: "Example:  aku pipelines list"
    )

    @OptionGroup var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        try connection.show(try await connection.client().send(PipelinesAPI.list)) { list in
            Terminal.table(
                ["NAME", "VERSION", "DESCRIPTION"],
                list.pipelines.map { [$0.name, "\($0.version)", $0.description] }
            )
        }
    }
}

/// `aku pipelines show`.
package struct PipelinesShowCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a pipeline: its parameters and its graph.",
        discussion: "Example:  aku pipelines show intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The pipeline.")
    var name: String

    @Option(name: .long, help: "A version. Default: the newest.")
    var version: Int?

    package init() {}

    package func run() async throws {
        let body = try await connection.client().send(
            PipelinesAPI.show,
            parameters: ["name": name],
            query: ["version": version.map(String.init)]
        )
        try connection.show(body, as: Self.text)
    }

    private static func text(_ body: PipelineBody) -> String {
        var lines = ["\(body.name) version \(body.version)  \(body.digest.short)"]
        if !body.description.isEmpty { lines.append(body.description) }
        if !body.parameters.isEmpty {
            let rows = body.parameters.map { parameter in
                [parameter.name, parameter.type, parameter.standard.map(plain) ?? "(required)", parameter.description]
            }
            lines += ["", Terminal.table(["PARAMETER", "TYPE", "DEFAULT", ""], rows)]
        }
        lines += ["", GraphText.draw(body.tasks.map { ($0.name, $0.upstream, $0.outputs) })]
        return lines.joined(separator: "\n")
    }

    private static func plain(_ value: JSONValue) -> String {
        value.stringValue ?? (try? CanonicalJSON.text(value)) ?? ""
    }
}
