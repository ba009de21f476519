import Primitives

/// A number that monitoring takes from every successful prediction. The predicted label is watched beside these.
package enum MonitoredFeature: String, Sendable, Codable, CaseIterable {
    /// The probability of the best label.
    case score
    /// The best label's probability minus the second best's.
    case margin
    /// Tokens given to the model.
    case tokens
    /// Unicode scalars of the text.
    case characters
    /// The share of tokens that the vocabulary lacks.
    case unknownShare = "unknown_share"

    /// The feature's value in a prediction.
    package func value(in record: PredictionRecord) -> Double {
        switch self {
        case .score: record.score
        case .margin: record.score - record.secondScore
        case .tokens: Double(record.tokenCount)
        case .characters: Double(record.characterCount)
        case .unknownShare: record.unknownShare
        }
    }
}
