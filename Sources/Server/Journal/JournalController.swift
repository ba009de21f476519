import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Primitives
import ServiceLifecycle
import Storage
import WireAPI

/// The journal over HTTP: pages, live entries, checkpoints and proofs.
package struct JournalController: Sendable {
    private static let maximumPage = 1000

    private let journal: Journal
    private let checkpoints: CheckpointLog

    /// Serves a journal.
    package init(journal: Journal, checkpoints: CheckpointLog) {
        self.journal = journal
        self.checkpoints = checkpoints
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(JournalAPI.list, list)
        routes.on(JournalAPI.checkpoint, checkpoint)
        routes.on(JournalAPI.inclusion, inclusion)
        routes.raw(.get, JournalAPI.followPath, permission: .journalRead, errors: .platform, follow)
    }

    private func list(_ call: Call) async throws -> JournalReply {
        let entries = try await journal.entries(
            after: Int64(call.integer("after", default: 0, in: 0...Int.max)),
            limit: call.integer("limit", default: 100, in: 1...Self.maximumPage),
            kindPrefix: call.query("kind")?.removingPercentEncoding,
            subject: call.query("subject")?.removingPercentEncoding
        )
        return JournalReply(entries: entries.map(JournalRecord.init))
    }

    private func checkpoint(_ call: Call) async throws -> CheckpointReply {
        guard let latest = try await checkpoints.latest() else {
            throw PlatformError(.notFound, "The journal has no checkpoint yet.", nextStep: "Ask again in a minute.")
        }
        return CheckpointReply(size: latest.size, root: latest.root, at: latest.at, note: latest.note)
    }

    private func inclusion(_ call: Call) async throws -> InclusionReply {
        let text = try call.parameter("sequence")
        guard let sequence = Int64(text) else {
            throw PlatformError(.invalidArgument, "'\(text.prefix(40))' is no sequence number.")
        }
        let covered = try await checkpoints.latest()?.size ?? 0
        let standard = try await covered >= sequence ? covered : journal.size()
        let size = Int64(try call.integer("size", default: Int(standard), in: 1...Int.max))
        return InclusionReply(
            sequence: sequence,
            size: size,
            root: try await journal.root(at: size),
            proof: try await journal.inclusionProof(of: sequence, in: size)
        )
    }

    /// Server-sent events (WHATWG HTML §9.2). A browser that reconnects sends the id of the last event it saw.
    private func follow(_ call: Call) async throws -> Response {
        let resumed = call.request.headers[.lastEventID].flatMap { Int($0) }
        let asked = try call.query("after") == nil ? nil : call.integer("after", default: 0, in: 0...Int.max)
        let after = if let known = resumed ?? asked { Int64(known) } else { try await journal.size() }
        let entries = journal.follow(after: after).cancelOnGracefulShutdown()
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: ": journal\n\n"))
            for await entry in entries {
                let data = try CanonicalJSON.text(JournalRecord(entry))
                let event = "id: \(entry.sequence)\nevent: entry\ndata: \(data)\n\n"
                try await writer.write(ByteBuffer(string: event))
            }
            try await writer.finish(nil)
        }
        return .events(body)
    }
}

extension JournalRecord {
    /// An entry as it goes over the wire.
    package init(_ entry: JournalEntry) {
        self.init(
            sequence: entry.sequence,
            at: entry.at,
            kind: entry.event.kind,
            subject: entry.event.subject,
            actor: entry.event.actor,
            body: entry.event.body,
            leafHash: entry.leafHash
        )
    }
}
