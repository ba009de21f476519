import Primitives

/// What an endpoint does with its requests besides giving them to the version that is deployed: one YAML document, read by
/// `PolicyParser`. The empty policy changes nothing.
package struct EndpointPolicy: Sendable, Hashable {
    /// The endpoint that it is for.
    package var endpoint: String
    /// One sentence for people.
    package var description = ""
    /// The only version that may be deployed; nil for any.
    package var pin: Int?
    /// Whether new requests are refused, those under way ended.
    package var drain = false
    /// A lasting split between versions; nil for none.
    package var split: Split?
    /// A version that takes over step by step; nil for none.
    package var canary: Canary?
    /// A version that answers beside, unseen; nil for none.
    package var shadow: Shadow?
    /// Who answers when the model does not; nil for nobody.
    package var fallback: Fallback?
    /// Bounds of the whole endpoint; nil for none.
    package var endpointLimit: RateLimit?
    /// Bounds of each principal; nil for none.
    package var principalLimit: RateLimit?
    /// Requests of a priority are refused while more than this many wait for a worker.
    package var shed: [RequestPriority: Int] = [:]

    /// A policy that changes nothing.
    package init(endpoint: String) {
        self.endpoint = endpoint
    }
}

extension EndpointPolicy {
    /// What a request is split by: the same key always goes the same way.
    package enum StickyKey: String, Sendable, Hashable, CaseIterable {
        case request, principal
    }

    /// A version as a policy names it.
    package struct Target: Sendable, Hashable {
        /// `model/version` or `model@alias`.
        package var reference: ModelReference
        /// The package's variant; nil for its default.
        package var variant: String?
    }

    /// A lasting split.
    package struct Split: Sendable, Hashable {
        /// One way.
        package struct Arm: Sendable, Hashable {
            /// Shown in metrics and records.
            package var name: String
            /// The version; nil for the one that is deployed.
            package var target: Target?
            /// Its share of the sum of all weights.
            package var weight: Int
        }

        /// What a request is split by.
        package var by: StickyKey
        /// Two or more.
        package var arms: [Arm]
        /// When the arms' error rates are compared; nil for never.
        package var experiment: Experiment?
    }

    /// A comparison of arms at a sample size that is fixed beforehand: looking earlier would find differences in noise.
    package struct Experiment: Sendable, Hashable {
        /// Answered or failed requests that each arm must have.
        package var minimumRequests: Int
        /// The probability of a false finding that is accepted.
        package var significance: Double
    }

    /// A version that takes over step by step, or is taken out.
    package struct Canary: Sendable, Hashable {
        /// One step.
        package struct Step: Sendable, Hashable {
            /// The share of requests that the canary answers, above 0 and at most 1.
            package var share: Double
            /// Requests that the canary must have had in this step.
            package var requests: Int
            /// How long the step lasts at least.
            package var seconds: Int
        }

        /// The version.
        package var target: Target
        /// What a request is split by.
        package var by: StickyKey
        /// In order, with growing shares.
        package var steps: [Step]
        /// Failed requests of a step that are accepted, as a share.
        package var maximumErrorRate: Double
        /// The 95th percentile of a step's latencies that is accepted; nil for any.
        package var maximumP95Milliseconds: Double?
        /// The share of equal answers, canary beside stable, that is wanted; nil when they are not compared.
        package var minimumAgreement: Double?
        /// Comparisons that a step must have, with `minimumAgreement`.
        package var agreementSamples: Int
        /// Whether the canary is deployed after its last step; else it stays at its share.
        package var promotes: Bool
    }

    /// A version that answers beside, unseen.
    package struct Shadow: Sendable, Hashable {
        /// The version.
        package var target: Target
        /// The share of requests that it sees.
        package var share: Double
    }

    /// Who answers, within the same request, when the model does not.
    package struct Fallback: Sendable, Hashable {
        /// What moves a request on.
        package enum Cause: String, Sendable, Hashable, CaseIterable {
            case error, timeout
            case lowConfidence = "low_confidence"
        }

        /// One who answers; the first that can does.
        package enum Step: Sendable, Hashable {
            /// The version that was deployed before.
            case lastGood
            /// Another version, often a smaller one.
            case model(Target)
            /// The first rule whose words are in the text.
            case rules([Rule])
            /// Always the same.
            case constant(label: String, score: Double)
        }

        /// A label for texts with certain words.
        package struct Rule: Sendable, Hashable {
            /// Lower case; the text is compared in lower case.
            package var contains: String
            /// The answer.
            package var label: String
            /// The probability that the answer is given.
            package var score: Double
        }

        /// What moves a request on.
        package var causes: Set<Cause>
        /// How long the model may take; nil for the server's own deadline.
        package var timeoutMilliseconds: Int?
        /// The least probability of the best label; nil unless low confidence is a cause.
        package var minimumConfidence: Double?
        /// Tried in order.
        package var steps: [Step]
    }

    /// A token bucket and a number of requests at one time.
    package struct RateLimit: Sendable, Hashable {
        /// Requests a second in the long run; nil for any.
        package var rate: Double?
        /// Requests at once after a pause.
        package var burst: Double
        /// Requests at one time; nil for any.
        package var concurrency: Int?
    }
}
