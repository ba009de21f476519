import Foundation
import Primitives

/// A text classifier on a real model: tokenizer, session, softmax, labels. Safe to share among threads; `classify` blocks.
package struct TextClassifier: Sendable {
    /// The longest text, in bytes of UTF-8.
    package static let maximumTextBytes = 64 << 10
    /// The most texts in one call.
    package static let maximumTexts = 256
    /// The most texts that one run of the session takes.
    static let maximumBatch = 32
    /// How many of the best labels an answer carries.
    static let alternativeCount = 5

    /// The tokenizer.
    package let tokenizer: TextTokenizer
    /// The session.
    package let session: OnnxSession
    /// The labels, by output index.
    package let labels: [String]
    /// Whether texts may share a run.
    package let batchInvariant: Bool
    private let output: String

    /// Joins the parts.
    ///
    /// - Throws: `model_corrupt` when the model does not take `input_ids` (and optionally `attention_mask` and
    ///   `token_type_ids`) of INT64 and return FP32 scores [batch, labels].
    package init(tokenizer: TextTokenizer, session: OnnxSession, labels: [String], batchInvariant: Bool) throws {
        let known: Set<String> = ["input_ids", "attention_mask", "token_type_ids"]
        let names = session.inputs.map(\.name)
        let takesText =
            names.contains("input_ids") && known.isSuperset(of: names)
            && session.inputs.allSatisfy { $0.datatype == .int64 && $0.shape.count == 2 }
        let scores = session.outputs.first { output in
            output.datatype == .float32 && output.shape.count == 2 && [-1, labels.count].contains(output.shape[1])
        }
        guard takesText, let scores else {
            throw PlatformError(
                .modelCorrupt,
                "The model is no text classifier with \(labels.count) labels: it takes \(session.inputs) and returns \(session.outputs).",
                nextStep: "Export it with input_ids, attention_mask and token_type_ids (INT64) and logits (FP32)."
            )
        }
        self.tokenizer = tokenizer
        self.session = session
        self.labels = labels
        self.batchInvariant = batchInvariant
        output = scores.name
    }

    /// Classifies texts; the answers stand in the texts' order.
    ///
    /// - Throws: `text_empty`, `text_too_long`, `tensor_mismatch`, `runtime_failed`.
    package func classify(_ texts: [String]) throws -> [TextPrediction] {
        try texts.forEach(Self.check)
        let tokens = texts.map(tokenizer.encode)
        let size = batchInvariant ? Self.maximumBatch : 1
        var out: [TextPrediction] = []
        for start in stride(from: 0, to: texts.count, by: size) {
            let batch = start..<min(start + size, texts.count)
            let scores = try run(tokens[batch])
            for (index, row) in zip(batch, scores) {
                out.append(predict(row, tokens[index], texts[index]))
            }
        }
        return out
    }

    /// Refuses a text that no model should see.
    package static func check(_ text: String) throws {
        if text.utf8.isEmpty {
            throw PlatformError(.textEmpty, "The text is empty.", nextStep: "Send at least one character.")
        }
        if text.utf8.count > maximumTextBytes {
            throw PlatformError(
                .textTooLong,
                "The text is \(text.utf8.count) bytes long; at most \(maximumTextBytes) are taken.",
                nextStep: "Send it in parts."
            )
        }
    }

    /// The logits of each text of one batch, padded to its longest.
    private func run(_ batch: ArraySlice<TokenizedText>) throws -> [[Float]] {
        let width = batch.map(\.ids.count).max() ?? 0
        let shape = [batch.count, width]
        let inputs = try session.inputs.map { input in
            var elements: [Int64] = []
            elements.reserveCapacity(batch.count * width)
            for tokens in batch {
                let padding = repeatElement(Int64(0), count: width - tokens.ids.count)
                switch input.name {
                case "input_ids": elements += tokens.ids
                case "attention_mask": elements += repeatElement(1, count: tokens.ids.count)
                default: elements += repeatElement(0, count: tokens.ids.count)
                }
                elements += padding
            }
            return NamedTensor(input.name, try Tensor(.int64, shape: shape, elements: elements))
        }
        let results = try session.run(inputs, outputs: [output])
        let logits = results.first?.tensor.elements(as: Float.self) ?? []
        guard logits.count == batch.count * labels.count else {
            throw PlatformError(
                .runtimeFailed,
                "The model returned \(logits.count) scores for \(batch.count) texts and \(labels.count) labels."
            )
        }
        guard logits.allSatisfy(\.isFinite) else {
            throw PlatformError(.runtimeFailed, "The model returned NaN or infinity.")
        }
        return (0..<batch.count).map { Array(logits[$0 * labels.count..<($0 + 1) * labels.count]) }
    }

    private func predict(_ logits: [Float], _ tokens: TokenizedText, _ text: String) -> TextPrediction {
        let probabilities = Self.softmax(logits)
        let best = probabilities.indices.sorted { (probabilities[$0], $1) > (probabilities[$1], $0) }
        return TextPrediction(
            alternatives: best.prefix(Self.alternativeCount).map { .init(label: labels[$0], score: probabilities[$0]) },
            tokenCount: tokens.ids.count,
            unknownShare: tokens.unknownShare,
            characterCount: text.unicodeScalars.count
        )
    }

    /// exp(x - max) / sum, in double precision.
    static func softmax(_ logits: [Float]) -> [Double] {
        let peak = Double(logits.max() ?? 0)
        let powers = logits.map { exp(Double($0) - peak) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
