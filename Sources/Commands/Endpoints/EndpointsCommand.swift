import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku endpoints`: which model answers where.
package struct EndpointsCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "endpoints",
        abstract: "List, show and deploy endpoints; split, canary, shadow, fall back and throttle by a policy.",
        discussion: "Example:  aku endpoints deploy intent --model intent@champion",
        subcommands: [
            EndpointsListCommand.self, EndpointsShowCommand.self, EndpointsDeployCommand.self,
            EndpointsApplyCommand.self, EndpointsPolicyCommand.self, EndpointsHistoryCommand.self,
            EndpointsRollbackCommand.self, EndpointsLintCommand.self, EndpointsSchemaCommand.self,
            EndpointsDeleteCommand.self,
        ],
        defaultSubcommand: EndpointsListCommand.self
    )

    package init() {}
}

/// `aku endpoints list`.
struct EndpointsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the endpoints.",
        discussion: "Example:  aku endpoints list --json"
    )

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let reply = try await connection.client().send(ServingAPI.list)
        try connection.show(reply) { list in
            Terminal.table(
                ["endpoint", "state", "model", "version", "variant", "since"],
                list.endpoints.map { [$0.name, $0.state, $0.reference, "\($0.version)", $0.variant, "\($0.since)"] }
            )
        }
    }
}

/// `aku endpoints deploy`.
struct EndpointsDeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Make an endpoint serve a model version; swaps without failing a request.",
        discussion: "Example:  aku endpoints deploy intent --model intent@champion"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint; made when it is new.")
    var name: String

    @Option(name: .long, help: "model@alias or model/version.")
    var model: String

    @Option(name: .long, help: "The package's variant. Default: the package's own.")
    var variant: String?

    func run() async throws {
        let reply = try await connection.client(timeoutSeconds: 300).send(
            ServingAPI.deploy,
            parameters: ["name": name],
            body: DeployBody(model: model, variant: variant)
        )
        try connection.show(reply) { reply in
            let now = "\(reply.endpoint.model) version \(reply.endpoint.version) (\(reply.endpoint.variant))"
            if !reply.changed { return "\(name) serves \(now) already." }
            return reply.previousVersion.map { "\(name): version \($0) → \(now)" } ?? "\(name) serves \(now)."
        }
    }
}
