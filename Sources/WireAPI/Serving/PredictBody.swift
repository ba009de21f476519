import Primitives

/// Texts to classify: one in `text`, or several in `texts`.
package struct PredictBody: Codable, Sendable, Equatable {
    /// One text.
    package let text: String?
    /// Several texts.
    package let texts: [String]?

    /// One text.
    package init(text: String) {
        self.text = text
        texts = nil
    }

    /// Several texts.
    package init(texts: [String]) {
        text = nil
        self.texts = texts
    }
}

/// The answer for one text.
package struct PredictionBody: Codable, Sendable, Equatable {
    /// Names this prediction for `aku trace`.
    package let predictionID: String
    /// The best label.
    package let label: String
    /// Its probability, 0 to 1.
    package let score: Double
    /// The registered model.
    package let model: String
    /// The version that answered.
    package let version: Int
    /// The package's variant that answered.
    package let variant: String
    /// The best labels, best first, `label` among them.
    package let alternatives: [AlternativeBody]

    /// Makes the answer.
    package init(
        predictionID: String,
        label: String,
        score: Double,
        model: String,
        version: Int,
        variant: String,
        alternatives: [AlternativeBody]
    ) {
        self.predictionID = predictionID
        self.label = label
        self.score = score
        self.model = model
        self.version = version
        self.variant = variant
        self.alternatives = alternatives
    }

    enum CodingKeys: String, CodingKey {
        case label, score, model, version, variant, alternatives
        case predictionID = "prediction_id"
    }
}

/// A label with its probability.
package struct AlternativeBody: Codable, Sendable, Equatable {
    /// The label.
    package let label: String
    /// Its probability, 0 to 1.
    package let score: Double

    /// Makes an alternative.
    package init(label: String, score: Double) {
        self.label = label
        self.score = score
    }
}

/// The answers for several texts, in their order.
package struct PredictionList: Codable, Sendable, Equatable {
    /// The answers.
    package let predictions: [PredictionBody]

    /// Makes the list.
    package init(predictions: [PredictionBody]) {
        self.predictions = predictions
    }
}
