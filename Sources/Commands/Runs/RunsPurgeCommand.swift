import ArgumentParser
import Client
import Primitives
import WireAPI

/// `aku runs purge`.
package struct RunsPurgeCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "purge",
        abstract: "Remove deleted runs for good, with their artifacts.",
        discussion: """
            Example:  aku runs purge --older-than 30d
                      aku runs purge 01a2079d8f0a7b4c8f21a3b4c5d6e7f8

            Only what was deleted before is removed; without run identifiers, also deleted logged models and deleted
            experiments that have no traces. It cannot be undone.
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "Runs to remove. Without any: everything that was deleted long enough ago.")
    var runs: [String] = []

    @Option(name: .long, help: "How long ago it was deleted: 30d, 12h, 45m or 90s.")
    var olderThan: String?

    package init() {}

    package func validate() throws {
        guard runs.isEmpty != (olderThan == nil) else {
            throw ValidationError("Name runs, or say --older-than; not both.")
        }
        if let olderThan, Self.seconds(olderThan) == nil {
            throw ValidationError("--older-than is '\(olderThan)'; write 30d, 12h, 45m or 90s.")
        }
    }

    package func run() async throws {
        let body = PurgeBody(runs: runs.isEmpty ? nil : runs, olderThanSeconds: olderThan.flatMap(Self.seconds))
        let reply = try await connection.client(timeoutSeconds: 3600).send(RunsAPI.purge, body: body)
        try connection.show(reply) { reply in
            "Removed \(reply.runs) runs, \(reply.loggedModels) logged models, \(reply.experiments) experiments "
                + "and the names of \(reply.artifacts) artifacts."
        }
    }

    /// The seconds of `30d`, `12h`, `45m` or `90s`; nil for another text.
    static func seconds(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...36_500).contains(count)
                || unit < 86_400 && (0...100_000_000).contains(count)
        else { return nil }
        return count * unit
    }
}
