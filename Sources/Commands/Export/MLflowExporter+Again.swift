import Foundation
import Primitives
import WireAPI

/// An export that was killed may have left a request behind that the other server still works on, and MLflow takes no key by which
/// it would know the request again. So what is asked for is written down first, and looked for before it is asked for once more.
extension MLflowExporter {
    /// How long a request of an export that was killed may still be at work on the other server.
    private static let patience = Duration.seconds(15)

    /// The identifier of a record there: as the ledger has it, else as it was found after an earlier request, else newly made.
    ///
    /// - Parameters:
    ///   - find: the record there that an earlier request made; nil when there is none (yet).
    ///   - create: makes it and returns its identifier.
    func make(
        _ kind: String,
        _ from: String,
        find: () async throws -> String?,
        create: () async throws -> String
    ) async throws -> String {
        if let known = ledger.target(kind, from) { return known }
        let made: String
        if ledger.wasAsked(kind, from), let found = try await patiently(find) {
            made = found
        } else {
            try ledger.noteAsked(kind, from)
            made = try await create()
        }
        // An experiment is noted by its owner, since its tags come after it and tell whether it is done.
        if kind != "experiment" { try ledger.note(kind, from, made, done: false) }
        return made
    }

    private func patiently(_ find: () async throws -> String?) async throws -> String? {
        let began = ContinuousClock.now
        while ContinuousClock.now - began < Self.patience {
            if let found = try await find() { return found }
            progress("waiting for what an earlier export asked for")
            try await Task.sleep(for: .milliseconds(250))
        }
        return nil
    }

    /// Looks through the pages of a list until something is found.
    ///
    /// - Parameter look: asks for the page of a token and tells what it found there, and the next page's token.
    func search<Found>(_ look: (_ token: JSONValue) async throws -> (found: Found?, next: String?)) async throws
        -> Found?
    {
        var token: String?
        repeat {
            let page = try await look(token.map(JSONValue.string) ?? .null)
            if let found = page.found { return found }
            token = MLflowServerSource.next(page.next)
        } while token != nil
        return nil
    }

    /// Whether the other server knows something.
    func isThere(_ path: String, _ query: [String: String?]) async throws -> Bool {
        do {
            let _: JSONValue = try await target.get(path, query)
            return true
        } catch let error as PlatformError where error.message.contains("RESOURCE_DOES_NOT_EXIST") {
            return false
        }
    }

    /// Sends something that may be sent twice. While an earlier request is still at work on the same rows, MLflow refuses it with
    /// the words of its database; a moment later it finds them there, and agrees.
    func agreeing(_ work: () async throws -> Void) async throws {
        var triesLeft = 10
        while true {
            do {
                return try await work()
            } catch let error as PlatformError where triesLeft > 1 && error.message.contains("IntegrityError") {
                triesLeft -= 1
                try await Task.sleep(for: .milliseconds(200))
            }
        }
    }
}
