import Foundation
import Primitives
import Storage

/// The journal, newest first.
struct JournalPage: ConsolePage {
    static let template = "journal"
    static let section: PageFrame.Section? = .journal
    let heading = "Journal"
    let refreshSeconds: Int?

    let kind: String
    let subject: String
    let entries: [JournalLine]
    let isEmpty: Bool
    let olderHref: String?
    let newestHref: String?
    let size: String?
    let root: DigestLabel?
    let signedBy: String

    /// Entries on one page.
    static let pageSize = 50

    init(
        _ entries: [JournalEntry],
        before: Int64?,
        kind: String,
        subject: String,
        checkpoint: Console.Checkpoint?,
        now: Timestamp
    ) {
        refreshSeconds = before == nil ? 2 : nil
        self.kind = kind
        self.subject = subject
        self.entries = entries.prefix(Self.pageSize).map { JournalLine($0, now: now) }
        isEmpty = entries.isEmpty
        let query: [(String, String?)] = [("kind", kind), ("subject", subject)]
        let last = entries.prefix(Self.pageSize).last?.sequence
        olderHref =
            entries.count > Self.pageSize
            ? last.map { ConsolePath.with("/journal", query + [("before", String($0))]) } : nil
        newestHref = before == nil ? nil : ConsolePath.with("/journal", query)
        size = checkpoint.map { Wording.count($0.size) }
        root = checkpoint.map { DigestLabel($0.root) }
        signedBy = checkpoint?.keyID.map { "signed as \($0)" } ?? "not signed yet"
    }
}

/// One entry with its whole body and its place in the hash tree.
struct JournalEntryPage: ConsolePage {
    static let template = "journal-entry"
    static let section: PageFrame.Section? = .journal
    let heading: String
    let crumbs = [PageFrame.Crumb("Journal", "/journal")]
    let facts: [Fact]
    let leaf: DigestLabel
    let body: String
    let previousHref: String?

    init(_ entry: JournalEntry) {
        heading = "\(entry.event.kind) · entry \(entry.sequence)"
        facts = [
            Fact("Subject", entry.event.subject, link: Self.link(entry.event.subject)),
            Fact("Actor", entry.event.actor),
            Fact("At", entry.at.description),
        ]
        leaf = DigestLabel(entry.leafHash.description)
        body = Self.pretty(entry.event.body)
        previousHref = entry.sequence > 1 ? ConsolePath.entry(entry.sequence - 1) : nil
    }

    /// The page of a subject such as `endpoint/intent`, where there is one.
    static func link(_ subject: String) -> String? {
        let parts = subject.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        return switch parts[0] {
        case "run": ConsolePath.run(parts[1])
        case "pipeline": ConsolePath.pipeline(parts[1])
        case "pipeline-run", "pipeline_run": ConsolePath.pipelineRun(parts[1])
        case "model": model(parts[1])
        case "view": "/runs"
        case "dataset": "/data"
        case "endpoint": ConsolePath.endpoint(parts[1])
        default: nil
        }
    }

    /// `NAME` or `NAME/VERSION`.
    private static func model(_ subject: String) -> String {
        guard let slash = subject.lastIndex(of: "/"), let version = Int(subject[subject.index(after: slash)...]) else {
            return ConsolePath.model(subject)
        }
        return ConsolePath.version(String(subject[..<slash]), version)
    }

    private static func pretty(_ body: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(body)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}
