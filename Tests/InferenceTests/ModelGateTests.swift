import Inference
import Testing

struct ModelGateTests {
    private func report(_ right: [String: Int], of count: Int) -> AccuracyReport {
        var rows: [LabelledText] = [], answers: [String] = []
        for (language, hits) in right.sorted(by: { $0.key < $1.key }) {
            for index in 0..<count {
                rows.append(LabelledText(text: "t", label: "a", language: language))
                answers.append(index < hits ? "a" : "b")
            }
        }
        return AccuracyReport(rows, answers: answers)
    }

    private func figures(
        _ version: Int,
        suite: Int,
        _ test: [String: Int],
        languages: [String] = ["en", "fr"]
    ) -> ModelGate.Figures {
        ModelGate.Figures(
            version: version,
            suite: report(["": suite], of: 100),
            test: report(test, of: 1000),
            languages: languages
        )
    }

    @Test func `Without a champion the suite alone decides`() {
        #expect(ModelGate().decide(challenger: figures(1, suite: 95, ["en": 1]), champion: nil).promote)
        #expect(!ModelGate().decide(challenger: figures(1, suite: 94, ["en": 1000]), champion: nil).promote)
    }

    @Test(arguments: [
        (99, ["en": 950, "fr": 950], true),
        (97, ["en": 950, "fr": 950], true),
        (96, ["en": 950, "fr": 950], false),
        (99, ["en": 950, "fr": 931], true),
        (99, ["en": 950, "fr": 930], false),
        (99, ["en": 970, "fr": 924], true),
        (99, ["en": 999, "fr": 922], false),
    ])
    func `A challenger must not fall behind by more than each rule allows`(
        suite: Int,
        test: [String: Int],
        promote: Bool
    ) {
        // One standard error is 1.4 points on the suite, 0.5 on the whole split and 0.7 on a language.
        let champion = figures(1, suite: 99, ["en": 950, "fr": 950])
        #expect(ModelGate().decide(challenger: figures(2, suite: suite, test), champion: champion).promote == promote)
    }

    @Test func `A language that the champion was not made for does not hold the challenger back`() {
        let champion = figures(1, suite: 97, ["en": 950, "sw": 300], languages: ["en"])
        let challenger = figures(2, suite: 97, ["en": 950, "sw": 900], languages: ["en", "sw"])
        let verdict = ModelGate().decide(challenger: challenger, champion: champion)
        #expect(verdict.promote)
        #expect(!verdict.reasons.contains { $0.contains("'sw'") })
    }

    @Test func `Every rule gives its reason`() {
        let champion = figures(1, suite: 97, ["en": 950, "fr": 950])
        let verdict = ModelGate().decide(challenger: figures(2, suite: 90, ["en": 800, "fr": 950]), champion: champion)
        #expect(
            verdict.reasons.map { String($0.prefix(7)) } == ["failed:", "failed:", "failed:", "failed:", "passed:"]
        )
        #expect(verdict.reasons[3].contains("In 'en' the challenger has 80.00 %, the champion 95.00 %"))
    }
}
