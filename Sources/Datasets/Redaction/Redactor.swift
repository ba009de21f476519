/// Finds e-mail addresses, IP addresses and phone numbers in text and puts marks in their place.
///
/// The rules work on bytes: a first scan counts '@', digits, ':' and '.', and only text that could hold a match reaches a
/// recogniser. What was removed is counted by kind and never kept.
///
/// Known limits: names are not found; an address written in words ("jo at example dot org") is not found; a number without
/// '+', separators, trunk 0 or a telling word before it is taken for a quantity.
package struct Redactor: Sendable {
    /// Names the rules in provenance; it changes whenever the rules would find something else.
    package static let ruleSet = "aku.redaction/1"

    private let phones = PhoneRecogniser()

    /// Makes a redactor.
    package init() {}

    /// The spans to take out, in order, none overlapping. E-mail goes first, then IP, then phone, each blind to what went
    /// before, so that the digits of an address are not a phone number.
    package func spans(in text: [UInt8]) -> [RedactionSpan] {
        guard RedactionPrefilter.mayMatch(text) else { return [] }
        var folded = FoldedText(text)
        let signs = RedactionPrefilter.Signs(folded.bytes)
        var found: [RedactionSpan] = []
        func take(_ kind: RedactionKind, _ ranges: [Range<Int>]) {
            for range in ranges {
                found.append(RedactionSpan(kind: kind, range: folded.original(range)))
                folded.mask(range)
            }
        }
        if signs.mayHoldEmail { take(.email, EmailRecogniser.ranges(in: folded.bytes)) }
        if signs.mayHoldAddress { take(.ip, AddressRecogniser.ranges(in: folded.bytes)) }
        if signs.mayHoldPhone { take(.phone, phones.ranges(in: folded.bytes)) }
        return found.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// The text with marks in place of the spans, and how many of each kind.
    package func redact(_ text: [UInt8]) -> (text: [UInt8], counts: [RedactionKind: Int]) {
        let spans = spans(in: text)
        if spans.isEmpty { return (text, [:]) }
        var out: [UInt8] = []
        var counts: [RedactionKind: Int] = [:]
        var position = 0
        for span in spans {
            out.append(contentsOf: text[position..<span.range.lowerBound])
            out.append(contentsOf: span.kind.mark.utf8)
            position = span.range.upperBound
            counts[span.kind, default: 0] += 1
        }
        out.append(contentsOf: text[position...])
        return (out, counts)
    }
}
