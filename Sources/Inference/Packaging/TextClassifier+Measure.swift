import Primitives

extension TextClassifier {
    /// Texts that one task classifies before it reports progress.
    private static let chunk = 32

    /// Classifies many texts on several threads, each text alone, as an endpoint without batching would.
    ///
    /// Blocks cooperative threads, so only programs that do nothing else beside may call it.
    ///
    /// - Parameter progress: told how many texts are done.
    package func classifyAll(
        _ texts: [String],
        threads: Int,
        progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> [TextPrediction] {
        let starts = Array(stride(from: 0, to: texts.count, by: Self.chunk))
        return try await withThrowingTaskGroup(of: (Int, [TextPrediction]).self) { group in
            var parts = [[TextPrediction]](repeating: [], count: starts.count)
            var next = 0
            var done = 0
            func add() {
                guard next < starts.count else { return }
                let index = next
                next += 1
                let part = Array(texts[starts[index]..<min(starts[index] + Self.chunk, texts.count)])
                group.addTask { (index, try part.flatMap { try classify([$0]) }) }
            }
            for _ in 0..<max(1, threads) { add() }
            while let (index, answers) = try await group.next() {
                parts[index] = answers
                done += answers.count
                progress(done)
                add()
            }
            return parts.flatMap { $0 }
        }
    }

    /// Whether a text's answer is the same alone and among others: dynamic int8 takes one scale for a whole batch, and
    /// padding moves it too.
    ///
    /// - Parameter texts: at least 2; the first 32 are tried, in batches of 8.
    package func isBatchInvariant(_ texts: [String]) throws -> Bool {
        let sample = Array(texts.prefix(32))
        let batched = try TextClassifier(tokenizer: tokenizer, session: session, labels: labels, batchInvariant: true)
        for start in stride(from: 0, to: sample.count, by: 8) {
            let part = Array(sample[start..<min(start + 8, sample.count)])
            let alone = try part.flatMap { try classify([$0]) }
            let together = try batched.classify(part)
            for (left, right) in zip(alone, together)
            where left.label != right.label || abs(left.score - right.score) > Self.invarianceTolerance {
                return false
            }
        }
        return true
    }

    /// How far a score may move by the company of other texts: fp32 moves by 1e-7, dynamic int8 by 1e-2.
    static let invarianceTolerance = 1e-4
}
