import Primitives

/// Chooses golden cases from a test split: spread over the languages, and answered with a margin that another processor's
/// rounding does not turn over.
enum GoldenSelection {
    /// The fewest cases of a package.
    static let minimumCases = 20
    /// Cases aimed at, over all languages.
    private static let wantedCases = 40
    /// The best label's lead over the second that makes a case safe.
    private static let safeMargin = 0.3

    /// The cases, in the split's order within each language.
    static func choose(_ rows: [LabelledText], _ answers: [TextPrediction]) -> [GoldenCase] {
        let languages = Set(rows.map(\.language)).sorted()
        let share = max(1, (wantedCases + languages.count - 1) / max(1, languages.count))
        var chosen: [Int] = []
        for language in languages {
            let own = rows.indices.filter { rows[$0].language == language }
            let safe = own.filter { answers[$0].score - answers[$0].secondScore >= safeMargin }
            chosen += spread(safe, count: share)
        }
        if chosen.count < minimumCases {
            let taken = Set(chosen)
            let rest = rows.indices.filter { !taken.contains($0) }
                .sorted { (margin(answers[$0]), $1) > (margin(answers[$1]), $0) }
            chosen += rest.prefix(minimumCases - chosen.count)
        }
        return chosen.map { index in
            GoldenCase(
                text: rows[index].text,
                label: answers[index].label,
                score: (answers[index].score * 1e6).rounded() / 1e6
            )
        }
    }

    private static func margin(_ answer: TextPrediction) -> Double { answer.score - answer.secondScore }

    /// Up to `count` of the indices, evenly apart.
    private static func spread(_ indices: [Int], count: Int) -> [Int] {
        guard indices.count > count else { return indices }
        return (0..<count).map { indices[$0 * indices.count / count] }
    }
}
