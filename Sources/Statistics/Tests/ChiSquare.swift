import Primitives

/// Pearson's chi-square tests.
package enum ChiSquare {
    /// The probability that a chi-square variable with `degrees` degrees of freedom exceeds `value`.
    package static func upper(_ value: Double, degrees: Int) -> Double {
        IncompleteGamma.upper(Double(degrees) / 2, value / 2)
    }

    /// Tests whether two rows of counts come from one categorical distribution. Both rows are samples: neither is taken as
    /// exact, which would call a small reference's own error drift. Categories empty in both are left out.
    ///
    /// - Throws: `sample_too_small` when a row is empty, `invalid_argument` when the rows differ in length.
    package static func twoSample(_ first: [Int], _ second: [Int]) throws -> TestResult {
        guard first.count == second.count else {
            throw PlatformError(.invalidArgument, "The rows have \(first.count) and \(second.count) categories.")
        }
        let m = Double(first.reduce(0, +)), n = Double(second.reduce(0, +))
        guard m > 0, n > 0 else {
            throw PlatformError(.sampleTooSmall, "A chi-square test needs an observation in each row.")
        }
        var statistic = 0.0, categories = 0
        for (a, b) in zip(first, second) where a + b > 0 {
            categories += 1
            let column = Double(a + b)
            let expectedA = column * m / (m + n), expectedB = column * n / (m + n)
            let gap = Double(a) - expectedA
            statistic += gap * gap / expectedA + gap * gap / expectedB
        }
        guard categories > 1 else { return TestResult(statistic: 0, pValue: 1) }
        return TestResult(statistic: statistic, pValue: upper(statistic, degrees: categories - 1))
    }
}
