/// What a classifier says of one text.
package struct TextPrediction: Sendable, Hashable {
    /// A label with its probability.
    package struct Alternative: Sendable, Hashable, Codable {
        /// The label.
        package let label: String
        /// The probability, 0 to 1.
        package let score: Double

        /// Makes an alternative.
        package init(label: String, score: Double) {
            self.label = label
            self.score = score
        }
    }

    /// The best labels, best first; never empty.
    package let alternatives: [Alternative]
    /// Tokens given to the model, special ones included.
    package let tokenCount: Int
    /// The share of the text's own tokens that the vocabulary lacks, 0 to 1.
    package let unknownShare: Double
    /// Unicode scalars of the text.
    package let characterCount: Int

    /// Makes a prediction.
    package init(alternatives: [Alternative], tokenCount: Int, unknownShare: Double, characterCount: Int) {
        self.alternatives = alternatives
        self.tokenCount = tokenCount
        self.unknownShare = unknownShare
        self.characterCount = characterCount
    }

    /// The best label.
    package var label: String { alternatives.first?.label ?? "" }
    /// The probability of the best label, 0 to 1.
    package var score: Double { alternatives.first?.score ?? 0 }
    /// The probability of the second best label, 0 to 1; 0 when there is one label only.
    package var secondScore: Double { alternatives.dropFirst().first?.score ?? 0 }
}
