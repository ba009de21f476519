import Foundation
import Primitives

/// A text with the answer that a package must give for it, wherever it runs.
package struct GoldenCase: Sendable, Codable, Hashable {
    /// How far a score may be from the recorded one: processors differ in their vector instructions.
    package static let scoreTolerance = 0.05

    /// The text.
    package let text: String
    /// The label of the default variant.
    package let label: String
    /// Its score.
    package let score: Double

    /// Makes a case.
    package init(text: String, label: String, score: Double) {
        self.text = text
        self.label = label
        self.score = score
    }

    /// Reads golden.jsonl: one case a line, at most 10,000.
    ///
    /// - Throws: `package_invalid` when there is none or too many.
    package static func read(_ data: Data) throws -> [GoldenCase] {
        let lines = data.split(separator: 10)
        guard (1...10_000).contains(lines.count) else {
            throw PlatformError(
                .packageInvalid,
                "A package has from 1 to 10000 golden cases; this one has \(lines.count)."
            )
        }
        return try lines.map { try CanonicalJSON.decode(GoldenCase.self, from: Data($0), what: "golden case") }
    }

    /// The bytes of golden.jsonl.
    package static func write(_ cases: [GoldenCase]) throws -> Data {
        try cases.reduce(into: Data()) { out, item in out += try CanonicalJSON.encode(item) + [10] }
    }
}
