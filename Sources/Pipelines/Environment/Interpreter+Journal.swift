import Primitives
import Storage

extension Interpreter {
    private static func subject(_ digest: String) -> String { "python-packages/\(digest)" }

    /// Writes what is installed into the journal the first time that it is seen, so that a later difference of the
    /// digests can be told package by package.
    func record(in transaction: any SQLTransaction) throws {
        let subject = Self.subject(digest.description)
        guard try transaction.first("SELECT 1 FROM journal_entry WHERE subject = ? LIMIT 1", [.text(subject)]) == nil
        else { return }
        try transaction.record(
            JournalEvent(
                kind: "pipeline.python.seen",
                subject: subject,
                actor: "system",
                body: [
                    "version": .string(version), "binary": .string(binary.description),
                    "packages": .array(packages.map(JSONValue.string)),
                ]
            )
        )
    }

    /// The packages of a digest by name; nil when it was never seen.
    static func packages(_ digest: String, in reader: any SQLReader) throws -> [String: String]? {
        let row = try reader.first(
            "SELECT body FROM journal_entry WHERE subject = ? ORDER BY sequence LIMIT 1",
            [.text(subject(digest))]
        )
        guard let row, case .object(let body) = try row.json("body", as: JSONValue.self),
            case .array(let packages)? = body["packages"]
        else { return nil }
        return byName(packages.compactMap(\.stringValue))
    }
}
