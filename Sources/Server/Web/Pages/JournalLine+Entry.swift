import Primitives
import Storage

extension JournalLine {
    /// An entry as one line; its body is cut to what fits.
    init(_ entry: JournalEntry, now: Timestamp) {
        sequence = String(entry.sequence)
        href = ConsolePath.entry(entry.sequence)
        kind = entry.event.kind
        subject = entry.event.subject.split(separator: "/", omittingEmptySubsequences: false).map {
            SVG.clip(Wording.identifier(String($0)), to: 40)
        }.joined(separator: "/")
        subjectWhole = entry.event.subject
        subjectHref = JournalEntryPage.link(entry.event.subject)
        actor = entry.event.actor
        when = Moment(entry.at, now: now)
        summary = SVG.clip(Self.words(entry.event.body), to: 160)
    }

    private static func words(_ body: JSONValue) -> String {
        guard let members = body.objectValue else { return Wording.json(body) }
        return members.sorted { $0.key < $1.key }.map { key, value in
            "\(key) \(value.stringValue ?? Wording.json(value))"
        }.joined(separator: " · ")
    }
}
