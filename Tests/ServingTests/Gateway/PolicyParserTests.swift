import Primitives
import Testing

@testable import Serving

struct PolicyParserTests {
    static let whole = """
        endpoint: intent
        description: Everything but a split.
        drain: false
        canary:
          model: intent/4
          variant: int8
          by: principal
          steps:
            - { share: 0.05, requests: 200 }
            - { share: 0.5, requests: 500, seconds: 60 }
          maximum_error_rate: 0.02
          maximum_p95_ms: 250
          minimum_agreement: 0.9
        shadow: { model: intent@challenger, share: 0.2 }
        fallback:
          when: [error, timeout, low_confidence]
          timeout_ms: 200
          minimum_confidence: 0.4
          use:
            - last_good: true
            - { model: small/2 }
            - rules: [{ contains: Light, label: turn_on, score: 0.6 }]
            - constant: { label: unknown }
        throttle:
          endpoint: { rate: 500, burst: 1000, concurrency: 64 }
          principal: { rate: 50 }
        shed: { low: 50, normal: 400 }
        """

    @Test func `A policy is read as it is written`() throws {
        var expected = EndpointPolicy(endpoint: "intent")
        expected.description = "Everything but a split."
        expected.canary = .init(
            target: .init(reference: .version(model: "intent", version: 4), variant: "int8"),
            by: .principal,
            steps: [.init(share: 0.05, requests: 200, seconds: 0), .init(share: 0.5, requests: 500, seconds: 60)],
            maximumErrorRate: 0.02,
            maximumP95Milliseconds: 250,
            minimumAgreement: 0.9,
            agreementSamples: 50,
            promotes: true
        )
        expected.shadow = .init(
            target: .init(reference: .alias(model: "intent", alias: "challenger"), variant: nil),
            share: 0.2
        )
        expected.fallback = .init(
            causes: [.error, .timeout, .lowConfidence],
            timeoutMilliseconds: 200,
            minimumConfidence: 0.4,
            steps: [
                .lastGood, .model(.init(reference: .version(model: "small", version: 2), variant: nil)),
                .rules([.init(contains: "light", label: "turn_on", score: 0.6)]),
                .constant(label: "unknown", score: 0),
            ]
        )
        expected.endpointLimit = .init(rate: 500, burst: 1000, concurrency: 64)
        expected.principalLimit = .init(rate: 50, burst: 50, concurrency: nil)
        expected.shed = [.low: 50, .normal: 400]
        #expect(try PolicyParser.parse(Self.whole) == expected)
        #expect(PolicyParser.problems(Self.whole).isEmpty)
    }

    @Test func `Every problem is said, with its line and column`() {
        let text = """
            endpoint: intent
            pin: 0
            shedd: {}
            split:
              arms:
                - { name: stable, weight: 90 }
                - { name: canary, model: intent, weight: 10 }
            fallback:
              when: [eror]
              use: [{ last_good: true, constant: { label: x } }]
            throttle: { endpoint: { burst: 2 } }
            """
        let places = PolicyParser.problems(text).map { "\($0.line):\($0.column) \($0.message) \($0.nextStep)" }
        #expect(
            places.map { $0.trimmingSuffix(" ") } == [
                "2:6 'pin' must be a whole number from 1 to 1000000000.",
                "3:1 Unknown key 'shedd' in the policy. Did you mean 'shed'?",
                "5:3 A split needs two arms, and one with a weight above 0.",
                "7:7 The arm's name 'canary' is taken. Name it otherwise.",
                "9:10 a cause is 'eror'; it must be one of error, timeout, low_confidence.",
                "10:9 A fallback is one of last_good, model (with variant), rules, constant.",
                "11:23 'throttle.endpoint' needs 'rate' or 'concurrency'.",
                "11:32 'burst' has no meaning without 'rate'.",
            ]
        )
    }

    @Test(arguments: [
        ("endpoint: [", "not YAML"), ("", "empty"), ("[]", "must be a mapping"), ("description: x", "lacks the key"),
        ("endpoint: a\nendpoint: b", "twice"), ("endpoint: a\ncanary: { model: a/2, steps: [] }", "list of 1 to 32"),
        ("endpoint: a\ncanary: { model: a/2, steps: [{share: .nan, requests: 1}] }", "number from"),
        ("endpoint: a\npin: 2\ncanary: { model: a/2, steps: [{share: 1, requests: 1}] }", "pinned"),
        ("endpoint: a\nfallback: { when: [low_confidence], use: [{last_good: true}] }", "stand together"),
    ]) func `A policy that breaks a rule is refused`(_ text: String, _ word: String) {
        let problems = PolicyParser.problems(text)
        #expect(problems.contains { $0.message.contains(word) }, "\(problems)")
        #expect(throws: PlatformError.self) { try PolicyParser.parse(text) }
    }

    @Test func `A document over the bound is refused before it is read`() {
        let text = String(repeating: "# x\n", count: 20_000)
        #expect(PolicyParser.problems(text).map(\.message) == ["The policy is larger than 65536 bytes."])
        #expect(throws: PlatformError.self) { try PolicyParser.parse(text) }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
