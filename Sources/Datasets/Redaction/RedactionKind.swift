/// What is taken out of text, and the mark that stands in its place.
package enum RedactionKind: String, Sendable, Codable, CaseIterable {
    case email
    case ip
    case phone

    /// `<EMAIL>`, `<IP>`, `<PHONE>`.
    package var mark: String { "<\(rawValue.uppercased())>" }
}

/// A piece of text to take out: a range of its UTF-8 bytes.
package struct RedactionSpan: Sendable, Equatable {
    /// What it is.
    package let kind: RedactionKind
    /// Where it stands, in bytes.
    package let range: Range<Int>
}
