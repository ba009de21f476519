import Primitives

/// What an import did with one kind of record.
struct ImportTally: Sendable, Codable, Equatable {
    /// The kind, in words.
    let kind: String
    /// How many the source has.
    var source = 0
    /// How many were written.
    var written = 0
    /// How many were here already, equal.
    var unchanged = 0
    /// How many are here now with the source's fingerprint.
    var verified = 0
    /// Bytes or points, where that says more than a count.
    var amount: Int64 = 0

    init(_ kind: String) { self.kind = kind }
}

/// What an import did: printed as a table, or as JSON.
struct ImportReport: Sendable, Codable, Equatable {
    /// Where from.
    let source: String
    /// One tally a kind.
    let tallies: [ImportTally]
    /// Records that differ from the source's after they were written: `kind key`.
    let differences: [String]
    /// What the source has and was not brought over.
    let leftBehind: [String]
    /// How long it took.
    let seconds: Double

    enum CodingKeys: String, CodingKey {
        case source, tallies, differences, seconds
        case leftBehind = "left_behind"
    }

    /// The most differences that are told one by one.
    static let maximumDifferences = 100

    /// A table and what else a person needs.
    var text: String {
        let rows = tallies.map { tally in
            [
                tally.kind, "\(tally.source)", "\(tally.written)", "\(tally.unchanged)", "\(tally.verified)",
                tally.verified == tally.source ? "equal" : "DIFFERENT",
            ]
        }
        var lines = [Terminal.table(["kind", "at the source", "written", "unchanged", "verified here", ""], rows)]
        lines += leftBehind.map { "not brought over: \($0)" }
        lines += differences.prefix(10).map { "differs: \($0)" }
        if differences.count > 10 { lines.append("and \(differences.count - 10) more") }
        let verdict =
            differences.isEmpty ? "Every record is here with the source's fingerprint." : "The import is not complete."
        lines.append("\(verdict) \((seconds * 10).rounded() / 10) s")
        return lines.joined(separator: "\n")
    }
}
