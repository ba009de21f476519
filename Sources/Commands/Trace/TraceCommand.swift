import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku trace`: from a prediction back to the data that taught it.
package struct TraceCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Walk a prediction back to its version, package, training run, code and data shards.",
        discussion: "Example:  aku trace 019ab0…   (the prediction_id of any answer)"
    )

    @Argument(help: "The prediction's id.")
    package var prediction: String

    @OptionGroup package var connection: ConnectionOptions

    package init() {}

    package func run() async throws {
        let reply = try await connection.client().send(TraceAPI.trace, parameters: ["id": prediction])
        try connection.show(reply, as: Self.text)
    }

    /// The chain as indented text, one link below the other.
    package static func text(_ reply: TraceReply) -> String {
        var lines: [String] = []
        for (index, node) in reply.nodes.enumerated() {
            let isLast = index == reply.nodes.count - 1
            lines.append("\(isLast ? "└─" : "├─") \(node.kind)  \(node.title)")
            let margin = isLast ? "  " : "│ "
            if let digest = node.digest { lines.append("\(margin)   \(digest)") }
            lines += node.facts.map { "\(margin)   \($0.name): \($0.value)" }
        }
        lines += reply.gaps.map { "gap: \($0)" }
        return lines.joined(separator: "\n")
    }
}
