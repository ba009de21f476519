import Foundation
import Primitives
import Storage

/// Cleans rows one by one and remembers which texts it has seen: 16 bytes a row kept, nothing else.
package struct RowCleaner {
    /// The member that holds the text.
    package static let textField = "text"
    /// The member that holds the language, a BCP 47 tag.
    package static let languageField = "language"
    /// Members that hold labels, not prose: normalised like the rest, never redacted.
    package static let labelFields: Set<String> = ["intent", "label", "language"]

    private let redactor = Redactor()
    private var seen: Set<SIMD2<UInt64>> = []

    /// Makes a cleaner that has seen nothing.
    package init() {}

    /// The row as it is to be written, or nil when it is a duplicate or empty.
    ///
    /// - Throws: `RowProblem` when the line is not an object with a string in the text field.
    package mutating func clean(_ line: [UInt8], counting counts: inout CleaningCounts) throws(RowProblem) -> RowValue?
    {
        let row = try RowParser.parse(line)
        guard case .object = row else { throw RowProblem(reason: "the row is not a JSON object", column: 1) }
        guard row.string(Self.textField) != nil else {
            throw RowProblem(reason: "the row has no string '\(Self.textField)'", column: 1)
        }
        counts.rowsIn += 1
        var found: [RedactionKind: Int] = [:]
        let cleaned = row.mapStrings { [redactor] key, text in
            let normal = TextNormaliser.normalise(text)
            if Self.labelFields.contains(where: { key.elementsEqual($0.utf8) }) { return normal }
            let (redacted, kinds) = redactor.redact(normal)
            found.merge(kinds, uniquingKeysWith: +)
            return redacted
        }
        let text = cleaned.string(Self.textField) ?? []
        if text.isEmpty {
            counts.empty += 1
            return nil
        }
        guard seen.insert(Self.hash(language: cleaned.string(Self.languageField) ?? [], text: text)).inserted else {
            counts.duplicates += 1
            return nil
        }
        for (kind, count) in found { counts.redactions[kind.rawValue, default: 0] += Int64(count) }
        counts.rowsOut += 1
        return cleaned
    }

    /// The first 128 bits of SHA-256 over language, a zero byte and the case-folded text. A false duplicate among a thousand
    /// million rows has a chance below 2⁻⁶⁸.
    private static func hash(language: [UInt8], text: [UInt8]) -> SIMD2<UInt64> {
        let key = TextNormaliser.foldedCase(language) + [0] + TextNormaliser.foldedCase(text)
        let bytes = Digest.sha256(of: Data(key)).bytes
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        return SIMD2(word(0..<8), word(8..<16))
    }
}
