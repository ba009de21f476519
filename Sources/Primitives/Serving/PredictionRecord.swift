/// What the platform remembers of one text request: never the text, only what monitoring and tracing need.
package struct PredictionRecord: Sendable, Codable, Hashable, Identifiable {
    /// The prediction id that the reply carried.
    package let id: String
    /// When the request arrived.
    package let at: Timestamp
    /// The endpoint's name.
    package let endpoint: String
    /// The registered model's name.
    package let model: String
    /// The model version that answered; 0 when none did.
    package let version: Int
    /// The package variant that answered, for example `int8`.
    package let variant: String
    /// The predicted label; empty when the request failed.
    package let label: String
    /// The probability of `label`, 0 to 1.
    package let score: Double
    /// The probability of the second best label, 0 to 1.
    package let secondScore: Double
    /// Tokens given to the model, with the special ones, after truncation.
    package let tokenCount: Int
    /// The share of tokens (special ones left out) that the vocabulary lacks, 0 to 1.
    package let unknownShare: Double
    /// Unicode scalars of the text.
    package let characterCount: Int
    /// From arrival to answer, in microseconds.
    package let latencyMicroseconds: Int
    /// The code of the error that the caller got; nil when the request succeeded.
    package let errorCode: String?
    /// Which arm of the endpoint's policy answered, for example `canary` or `fallback/constant`; nil without a policy.
    package let arm: String?

    /// Makes a record.
    package init(
        id: String,
        at: Timestamp,
        endpoint: String,
        model: String,
        version: Int,
        variant: String,
        label: String,
        score: Double,
        secondScore: Double,
        tokenCount: Int,
        unknownShare: Double,
        characterCount: Int,
        latencyMicroseconds: Int,
        errorCode: String? = nil,
        arm: String? = nil
    ) {
        self.id = id
        self.at = at
        self.endpoint = endpoint
        self.model = model
        self.version = version
        self.variant = variant
        self.label = label
        self.score = score
        self.secondScore = secondScore
        self.tokenCount = tokenCount
        self.unknownShare = unknownShare
        self.characterCount = characterCount
        self.latencyMicroseconds = latencyMicroseconds
        self.errorCode = errorCode
        self.arm = arm
    }

    enum CodingKeys: String, CodingKey {
        case id, at, endpoint, model, version, variant, label, score, arm
        case secondScore = "second_score"
        case tokenCount = "token_count"
        case unknownShare = "unknown_share"
        case characterCount = "character_count"
        case latencyMicroseconds = "latency_us"
        case errorCode = "error_code"
    }
}
