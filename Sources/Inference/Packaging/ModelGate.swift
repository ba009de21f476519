import Foundation
import Primitives

/// Decides whether a challenger may become champion, from what both did on the same rows. Pure: the same figures give the
/// same decision and the same reasons.
package struct ModelGate: Sendable, Hashable, Codable {
    /// What one version did.
    package struct Figures: Sendable, Hashable, Codable {
        /// The version.
        package let version: Int
        /// On the fixed suite.
        package let suite: AccuracyReport
        /// On the test split.
        package let test: AccuracyReport
        /// The languages that the version was made for.
        package let languages: [String]

        /// Collects the figures.
        package init(version: Int, suite: AccuracyReport, test: AccuracyReport, languages: [String]) {
            self.version = version
            self.suite = suite
            self.test = test
            self.languages = languages
        }
    }

    /// The smallest share of the suite that must pass.
    package let minimumSuiteRate: Double
    /// How far the suite's rate may be below the champion's, beyond one standard error.
    package let maximumSuiteDrop: Double
    /// How far the test accuracy may be below the champion's, beyond one standard error.
    package let maximumAccuracyDrop: Double
    /// How far the accuracy in a language that the champion was made for may be below, beyond one standard error.
    package let maximumLanguageDrop: Double

    enum CodingKeys: String, CodingKey {
        case minimumSuiteRate = "minimum_suite_rate"
        case maximumSuiteDrop = "maximum_suite_drop"
        case maximumAccuracyDrop = "maximum_accuracy_drop"
        case maximumLanguageDrop = "maximum_language_drop"
    }

    /// Sets the rules.
    package init(
        minimumSuiteRate: Double = 0.95,
        maximumSuiteDrop: Double = 0.01,
        maximumAccuracyDrop: Double = 0.005,
        maximumLanguageDrop: Double = 0.02
    ) {
        self.minimumSuiteRate = minimumSuiteRate
        self.maximumSuiteDrop = maximumSuiteDrop
        self.maximumAccuracyDrop = maximumAccuracyDrop
        self.maximumLanguageDrop = maximumLanguageDrop
    }

    /// The verdict with one sentence for each rule.
    package func decide(challenger: Figures, champion: Figures?) -> (promote: Bool, reasons: [String]) {
        var verdicts: [(passed: Bool, reason: String)] = []
        func rule(_ passed: Bool, _ reason: String) { verdicts.append((passed, reason)) }
        rule(
            challenger.suite.accuracy >= minimumSuiteRate - Self.slack,
            "The fixed suite passes at \(Self.percent(challenger.suite.accuracy)); at least \(Self.percent(minimumSuiteRate)) is needed."
        )
        if let champion {
            let suite = Self.allowed(maximumSuiteDrop, champion.suite.accuracy, of: champion.suite.count)
            rule(
                challenger.suite.accuracy >= champion.suite.accuracy - suite - Self.slack,
                "On the fixed suite the champion (version \(champion.version)) has \(Self.percent(champion.suite.accuracy)); "
                    + "at most \(Self.points(suite)) below it are allowed."
            )
            let whole = Self.allowed(maximumAccuracyDrop, champion.test.accuracy, of: champion.test.count)
            rule(
                challenger.test.accuracy >= champion.test.accuracy - whole - Self.slack,
                "On the test split the challenger has \(Self.percent(challenger.test.accuracy)), the champion "
                    + "\(Self.percent(champion.test.accuracy)); at most \(Self.points(whole)) below it are allowed."
            )
            for language in champion.languages.sorted() {
                guard let old = champion.test.accuracyByLanguage[language] else { continue }
                let new = challenger.test.accuracyByLanguage[language] ?? 0
                let drop = Self.allowed(maximumLanguageDrop, old, of: champion.test.countByLanguage[language] ?? 0)
                rule(
                    new >= old - drop - Self.slack,
                    "In '\(language)' the challenger has \(Self.percent(new)), the champion \(Self.percent(old)); "
                        + "at most \(Self.points(drop)) below it are allowed."
                )
            }
        } else {
            rule(true, "There is no champion yet.")
        }
        return (verdicts.allSatisfy(\.passed), verdicts.map { ($0.passed ? "passed: " : "failed: ") + $0.reason })
    }

    /// A tolerated drop and one standard error of the champion's share on so many rows (Laplace's estimate, which is not
    /// zero at 100 %): one text among twelve must not decide alone.
    private static func allowed(_ tolerance: Double, _ share: Double, of count: Int) -> Double {
        let estimate = (share * Double(count) + 1) / Double(count + 2)
        return tolerance + (estimate * (1 - estimate) / Double(count + 2)).squareRoot()
    }

    /// Shares are quotients of counts: a rule must not fail by the last bit.
    private static let slack = 1e-9

    private static func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
    private static func points(_ share: Double) -> String { String(format: "%.2f points", share * 100) }
}
