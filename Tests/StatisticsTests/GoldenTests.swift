import Foundation
import Statistics
import Testing

@Suite struct GoldenTests {
    private func near(_ value: Double, _ expected: Double, relative: Double = 1e-9) -> Bool {
        abs(value - expected) <= relative * abs(expected) + 1e-14
    }

    @Test func `the incomplete gamma function equals scipy's`() {
        for row in ScipyGolden.upperGamma {
            #expect(near(IncompleteGamma.upper(row.a, row.x), row.q), "Q(\(row.a), \(row.x))")
            #expect(near(IncompleteGamma.lower(row.a, row.x), 1 - row.q), "P(\(row.a), \(row.x))")
        }
    }

    @Test func `the incomplete beta function equals scipy's and its quantile inverts it`() {
        for row in ScipyGolden.beta {
            #expect(near(IncompleteBeta.regularized(row.a, row.b, row.x), row.value), "I(\(row.a), \(row.b), \(row.x))")
            if row.value > 1e-12, row.value < 1 - 1e-9 {
                #expect(near(IncompleteBeta.quantile(row.a, row.b, row.value), row.x, relative: 1e-6))
            }
        }
    }

    @Test func `the Kolmogorov distribution equals scipy's`() {
        for row in ScipyGolden.kolmogorov { #expect(near(KolmogorovDistribution.upper(row.x), row.upper), "\(row.x)") }
    }

    @Test func `the two-sample Kolmogorov-Smirnov test equals scipy's exact one`() throws {
        for row in ScipyGolden.smirnov {
            let result = try KolmogorovSmirnov.test(row.first, row.second)
            #expect(near(result.statistic, row.statistic))
            #expect(near(result.pValue, row.p, relative: 1e-7))
        }
    }

    @Test func `the limit of Kolmogorov and Smirnov is near the exact test where one takes over from the other`() throws
    {
        let first = (0..<101).map { Double($0) / 101 }
        let second = (0..<101).map { Double($0) / 101 + 0.15 }
        let limit = try KolmogorovSmirnov.test(first, second)
        let exact = try KolmogorovSmirnov.test(Array(first.prefix(100)), Array(second.prefix(100)))
        #expect(abs(limit.pValue - exact.pValue) < 0.05)
    }

    @Test func `the chi-square test and the Jensen-Shannon distance equal scipy's`() throws {
        for row in ScipyGolden.categorical {
            let result = try ChiSquare.twoSample(row.first, row.second)
            #expect(near(result.statistic, row.chiSquare))
            #expect(near(result.pValue, row.p))
            #expect(near(Distance.jensenShannon(row.first, row.second), row.jensenShannon))
        }
    }

    @Test func `the Wilson and Clopper-Pearson intervals equal scipy's`() {
        for row in ScipyGolden.binomial {
            let wilson = BinomialInterval.wilson(row.count, of: row.total)
            let exact = BinomialInterval.exact(row.count, of: row.total, error: 0.0001)
            #expect(near(wilson.lower, row.wilsonLow, relative: 1e-6), "\(row)")
            #expect(near(wilson.upper, row.wilsonHigh, relative: 1e-6), "\(row)")
            #expect(near(exact.lower, row.exactLow, relative: 1e-6), "\(row)")
            #expect(near(exact.upper, row.exactHigh, relative: 1e-6), "\(row)")
        }
    }
}
