import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku gc`: removes objects that nothing names.
package struct CollectCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove stored objects that nothing names any more.",
        discussion: """
            Without --apply nothing is changed: the table says what would be. Removal takes two collections: the first sets \
            aside what nothing names and nobody used for the grace period; one that runs a grace period later removes it, \
            unless it was asked for or named in between, which brings it back.

            Example: aku gc
            Example: aku gc --apply --grace-hours 48
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Flag(name: .long, help: "Set aside and remove; without it, only look.")
    var apply = false

    @Option(name: .long, help: "How long an object must have been unused.")
    var graceHours: Double = 24

    /// A collection lists every object, so that it may run for hours.
    private static let timeoutSeconds: Int64 = 6 * 3600

    package init() {}

    package mutating func run() async throws {
        guard graceHours >= 0, graceHours <= 366 * 24 else {
            throw ValidationError("--grace-hours goes from 0 to 8784.")
        }
        let client = try connection.client(timeoutSeconds: Self.timeoutSeconds)
        let body = CollectionBody(apply: apply, graceSeconds: Int64(graceHours * 3600))
        let reply = try await client.send(CollectionAPI.collect, body: body)
        try connection.show(reply, as: Self.text)
    }

    private static func text(_ reply: CollectionReply) -> String {
        let done = reply.applied
        let rows: [(String, CollectionCount)] = [
            ("stored", reply.stored), ("named by the database", reply.named), ("unnamed, used lately", reply.recent),
            (done ? "set aside now" : "would be set aside", reply.setAside), ("set aside, waiting", reply.waiting),
            (done ? "brought back" : "would be brought back", reply.restored),
            (done ? "removed" : "would be removed", reply.removed),
        ]
        let table = Terminal.table(
            ["OBJECTS", "COUNT", "BYTES"],
            rows.map { [$0.0, String($0.1.objects), size($0.1.bytes)] }
        )
        let note =
            done
            ? "What was set aside is removed by a collection after another grace period."
            : "Nothing was changed; add --apply."
        return "\(table)\n\n\(note)"
    }

    private static func size(_ bytes: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return unit == 0 ? "\(bytes) B" : "\(String(format: "%.1f", value)) \(units[unit])"
    }
}
