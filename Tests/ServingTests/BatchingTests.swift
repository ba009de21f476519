import Foundation
import Primitives
import Serving
import Synchronization
import Testing

struct BatchingTests {
    /// A model that waits for leave to run, notes what each run takes, and refuses the text `bad`.
    private final class Model: Sendable {
        let gate = DispatchSemaphore(value: 0)
        let begun = Counter()
        private let noted = Mutex<[[String]]>([])
        var runs: [[String]] { noted.withLock { $0 } }

        func served(batchInvariant: Bool) -> ServedModel {
            ServedModel(
                variant: "fp32",
                batchInvariant: batchInvariant,
                inputs: [],
                outputs: [],
                classify: { texts in
                    self.begun.add()
                    self.gate.wait()
                    self.noted.withLock { $0.append(texts) }
                    if texts.contains("bad") { throw PlatformError(.noText, "bad") }
                    return texts.map { text in
                        TextPrediction(
                            alternatives: [.init(label: text, score: 1)],
                            tokenCount: 1,
                            unknownShare: 0,
                            characterCount: text.count
                        )
                    }
                },
                infer: { tensors, _ in tensors }
            )
        }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// Asks for texts one after the other while the worker is held, then lets it go.
    ///
    /// - Returns: the label or the error's code for each request, and what the runs took.
    private func ask(
        _ requests: [([String], Int)],
        batchInvariant: Bool,
        queue: Int = 64
    ) async throws -> (answers: [String], runs: [[String]]) {
        let pool = WorkerPool(name: "test", threads: 1, queueLimit: queue, deadline: .seconds(60))
        let model = Model()
        let served = model.served(batchInvariant: batchInvariant)
        let ended = Counter()
        let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, request) in requests.enumerated() {
                let before = pool.queueDepth
                group.addTask {
                    defer { ended.add() }
                    do {
                        let options = InferenceOptions(priority: request.1)
                        let answer = try await pool.classify(request.0, with: served, options)
                        return (index, answer.map(\.label).joined(separator: "+"))
                    } catch let error as PlatformError {
                        return (index, error.code.name)
                    }
                }
                // The first is on the worker before the second comes; a newcomer may take another's place.
                try await until {
                    index == 0 ? model.begun.value == 1 : pool.queueDepth > before || ended.value > 0
                }
            }
            for _ in 0..<requests.count * 2 { model.gate.signal() }
            var answers = [String](repeating: "", count: requests.count)
            for try await (index, answer) in group { answers[index] = answer }
            return answers
        }
        return (answers, model.runs)
    }

    @Test(.timeLimit(.minutes(1)))
    func `Requests that wait for an invariant model share a run and get their own answers`()
        async throws
    {
        let (answers, runs) = try await ask(
            [(["a"], 0), (["b"], 3), (["c", "d"], 0), (["e"], 1)],
            batchInvariant: true
        )
        #expect(answers == ["a", "b", "c+d", "e"])
        #expect(runs == [["a"], ["e", "c", "d", "b"]])
    }

    @Test(.timeLimit(.minutes(1))) func `A model whose answers depend on their company runs each request alone`()
        async throws
    {
        let (answers, runs) = try await ask(
            [(["a"], 0), (["b"], 0), (["c"], 0)],
            batchInvariant: false
        )
        #expect(answers == ["a", "b", "c"])
        #expect(runs == [["a"], ["b"], ["c"]])
    }

    @Test(.timeLimit(.minutes(1))) func `A request that fails does not spoil those it was batched with`() async throws {
        let (answers, runs) = try await ask(
            [(["a"], 0), (["b"], 0), (["bad"], 0), (["c"], 0)],
            batchInvariant: true
        )
        #expect(answers == ["a", "b", "no_text", "c"])
        #expect(runs == [["a"], ["b", "bad", "c"], ["b"], ["bad"], ["c"]])
    }

    @Test(.timeLimit(.minutes(1))) func `A full queue lets go of lower priority for higher, and of nothing else`()
        async throws
    {
        let (answers, _) = try await ask(
            [(["a"], 0), (["b"], 3), (["c"], 0)],
            batchInvariant: true,
            queue: 1
        )
        #expect(answers == ["a", "queue_full", "c"])
    }

    @Test(.timeLimit(.minutes(1))) func `A request's own deadline counts, and cannot be longer than the server's`()
        async throws
    {
        // The clock stands still until it is set forward.
        let start = ContinuousClock.now
        let moved = Counter()
        let pool = WorkerPool(name: "test", threads: 1, queueLimit: 8, deadline: .seconds(30)) {
            start + .seconds(moved.value)
        }
        let model = Model()
        let served = model.served(batchInvariant: true)
        @Sendable func ask(_ text: String, _ deadline: Duration?) async -> String {
            do {
                return try await pool.classify(
                    [text],
                    with: served,
                    InferenceOptions(deadline: deadline.map { start + $0 })
                )[0].label
            } catch {
                return (error as? PlatformError)?.code.name ?? "\(error)"
            }
        }
        async let first = ask("a", nil)
        try await until { model.begun.value == 1 }
        async let short = ask("b", .seconds(5))
        async let long = ask("c", .seconds(600))
        async let plain = ask("d", nil)
        try await until { pool.queueDepth == 3 }
        moved.add(10)
        model.gate.signal()
        #expect(await first == "a")
        #expect(await short == "deadline_exceeded")
        try await until { model.begun.value == 2 }
        pool.expire(at: start + .seconds(31))
        #expect(await [long, plain] == ["deadline_exceeded", "deadline_exceeded"])
        model.gate.signal()
    }
}
