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
        summary = SVG.clip(Self.words(entry.event.body), to: 240)
    }

    /// What a reader looks for first; the rest follows by name.
    private static let first = ["task", "name", "feature", "reason", "from", "to", "code"]

    private static func words(_ body: JSONValue) -> String {
        guard let members = body.objectValue else { return Wording.json(body) }
        let ranked = members.sorted { left, right in
            let places = [left.key, right.key].map { first.firstIndex(of: $0) ?? first.count }
            return (places[0], left.key) < (places[1], right.key)
        }
        return ranked.compactMap { key, value in word(value).map { "\(key) \($0)" } }.joined(separator: " · ")
    }

    /// Digests and identifiers cut short; what has parts of its own is left to the entry's page.
    private static func word(_ value: JSONValue) -> String? {
        switch value {
        case .object, .array, .null: return nil
        case .number(let number): return Wording.number(number)
        case .string(let text) where text.hasPrefix("sha256:"): return Wording.short(text)
        case .string(let text):
            let isIdentifier = text.count >= 32 && text.allSatisfy { $0.isHexDigit || $0 == "-" }
            return isIdentifier ? Wording.identifier(text) : text.split(separator: "\n").first.map(String.init)
        default: return Wording.json(value)
        }
    }
}
