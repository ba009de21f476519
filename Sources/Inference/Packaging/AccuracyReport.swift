/// How often a model was right.
package struct AccuracyReport: Sendable, Hashable, Codable {
    /// Rows measured.
    package let count: Int
    /// The share that was right, 0 to 1.
    package let accuracy: Double
    /// The same for each language.
    package let accuracyByLanguage: [String: Double]
    /// Rows of each language.
    package let countByLanguage: [String: Int]

    enum CodingKeys: String, CodingKey {
        case count, accuracy
        case accuracyByLanguage = "accuracy_by_language"
        case countByLanguage = "count_by_language"
    }

    /// Compares answers with the rows that they are for.
    package init(_ rows: [LabelledText], answers: [String]) {
        var total: [String: Int] = [:], right: [String: Int] = [:]
        for (row, answer) in zip(rows, answers) {
            total[row.language, default: 0] += 1
            if row.label == answer { right[row.language, default: 0] += 1 }
        }
        count = rows.count
        countByLanguage = total.filter { $0.key != "" }
        accuracy = rows.isEmpty ? 0 : Double(right.values.reduce(0, +)) / Double(rows.count)
        accuracyByLanguage = Dictionary(
            uniqueKeysWithValues: total.filter { $0.key != "" }.map {
                ($0.key, Double(right[$0.key] ?? 0) / Double($0.value))
            }
        )
    }
}
