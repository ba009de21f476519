import Primitives

extension GatewayWork where Value == [TextPrediction] {
    /// The classification of texts.
    static func classify(_ texts: [String], options: InferenceOptions) -> GatewayWork {
        GatewayWork(
            run: { model, pool in try await pool.classify(texts, with: model, options) },
            confidence: { $0.map(\.score).min() },
            agrees: { $0.map(\.label) == $1.map(\.label) },
            substitute: { step in
                switch step {
                case .lastGood, .model: return nil
                case .constant(let label, let score): return texts.map { TextPrediction(label, score, for: $0) }
                case .rules(let rules):
                    var answers: [TextPrediction] = []
                    for text in texts {
                        let lowered = text.lowercased()
                        guard let rule = rules.first(where: { lowered.contains($0.contains) }) else { return nil }
                        answers.append(TextPrediction(rule.label, rule.score, for: text))
                    }
                    return answers
                }
            },
            bytes: texts.reduce(0) { $0 + $1.utf8.count }
        )
    }
}

extension TextPrediction {
    /// What a policy answers in a model's place.
    fileprivate init(_ label: String, _ score: Double, for text: String) {
        self.init(
            alternatives: [.init(label: label, score: score)],
            tokenCount: 0,
            unknownShare: 0,
            characterCount: text.unicodeScalars.count
        )
    }
}
