import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku models promote`.
package struct ModelsPromoteCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Make a version champion when its gate said so.",
        discussion: """
            Example:  aku models promote --model intent --version 3 --gate decision.json

            A refusal is recorded in the journal with its reasons, the champion stays, and the status is 0. When somebody else
            moved the alias since it was read, nothing moves and the status is 1.
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The registered model.")
    var model: String

    @Option(name: .long, help: "The version, or the file that 'aku models register --out' wrote.")
    var version: String

    @Option(name: .long, help: "The decision that 'aku models gate --out' wrote.")
    var gate: String

    @Option(name: .long, help: "The alias to move.")
    var alias = "champion"

    package init() {}

    package func run() async throws {
        let client = try connection.client()
        let decision = try CanonicalJSON.decode(
            GateDecision.self,
            from: Self.read(gate),
            what: "gate decision '\(gate)'"
        )
        let current = try await client.send(ModelsAPI.show, parameters: ["name": model]).model.aliases[alias]
        let reply = try await client.send(
            ModelsAPI.promote,
            parameters: ["name": model],
            body: PromotionBody(version: try number(), alias: alias, expected: current ?? 0, decision: decision)
        )
        try connection.show(reply, as: Self.text)
    }

    private static func text(_ reply: PromotedBody) -> String {
        let head =
            reply.promoted
            ? "\(reply.model)@\(reply.alias): \(reply.from.map { "version \($0)" } ?? "nothing") → version \(reply.to ?? 0)."
            : "Refused: \(reply.model)@\(reply.alias) stays at \(reply.to.map { "version \($0)" } ?? "nothing")."
        return ([head] + reply.reasons.map { "  \($0)" }).joined(separator: "\n")
    }

    private func number() throws -> Int64 {
        if let number = Int64(version) { return number }
        struct Registered: Decodable { let version: Int64 }
        return try CanonicalJSON.decode(Registered.self, from: Self.read(version), what: "file '\(version)'").version
    }

    private static func read(_ path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlatformError(.fileMissing, "'\(path)' cannot be read.")
        }
        return data
    }
}
