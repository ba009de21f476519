import Dispatch
import Synchronization

/// How far a parallel run is.
private struct ParallelState<Result: Sendable>: Sendable {
    var next = 0
    var results: [Int: Result] = [:]
    var failure: (any Error)?
}

/// Runs blocking work on a few threads at once.
enum Parallel {
    /// The results in the order of the elements; the first error stops what has not begun.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element],
        atOnce threads: Int,
        _ work: @Sendable (Element) throws -> Result
    ) throws -> [Result] {
        if elements.count < 2 { return try elements.map(work) }
        let state = Mutex(ParallelState<Result>())
        DispatchQueue.concurrentPerform(iterations: min(threads, elements.count)) { _ in
            while true {
                let index: Int? = state.withLock { state in
                    guard state.failure == nil, state.next < elements.count else { return nil }
                    state.next += 1
                    return state.next - 1
                }
                guard let index else { return }
                do {
                    let result = try work(elements[index])
                    state.withLock { $0.results[index] = result }
                } catch {
                    state.withLock { $0.failure = $0.failure ?? error }
                }
            }
        }
        return try state.withLock { state in
            if let failure = state.failure { throw failure }
            return elements.indices.compactMap { state.results[$0] }
        }
    }
}
