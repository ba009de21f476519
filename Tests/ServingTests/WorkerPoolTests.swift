import Foundation
import Primitives
import Serving
import Synchronization
import Testing

/// A number that several threads count up.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ step: Int = 1) { count.withLock { $0 += step } }
}

struct WorkerPoolTests {
    private func pool(threads: Int = 1, queue: Int = 4, deadline: Duration = .seconds(30)) -> WorkerPool {
        WorkerPool(name: "test", threads: threads, queueLimit: queue, deadline: deadline)
    }

    private func code(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "no error"
        } catch let error as PlatformError {
            return error.code.name
        } catch {
            return "\(type(of: error))"
        }
    }

    /// Waits until `condition` holds; the tests' own time limit ends it otherwise.
    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `Work runs on threads of the pool and gives its value or its error`() async throws {
        let pool = pool(threads: 2, queue: 1000)
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for index in 0..<500 { group.addTask { (index, try await pool.run { index * 2 }) } }
            for try await (index, value) in group { #expect(value == index * 2) }
        }
        let failing = PlatformError(.notFound, "no")
        #expect(await code { try await pool.run { throw failing } } == "not_found")
    }

    @Test(.timeLimit(.minutes(1))) func `Work beyond the queue is refused at once`() async throws {
        let pool = pool(queue: 2)
        let gate = DispatchSemaphore(value: 0)
        let running = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await pool.run {
                        running.add()
                        gate.wait()
                    }
                }
                // The first one must be running before the queue is filled.
                try await until { running.value == 1 }
            }
            try await until { pool.queueDepth == 2 }
            #expect(await code { try await pool.run {} } == "queue_full")
            for _ in 0..<3 { gate.signal() }
            try await group.waitForAll()
        }
        #expect(running.value == 3)
    }

    @Test(.timeLimit(.minutes(1))) func `A caller is let go when its deadline passes, waiting or running`() async throws
    {
        let pool = pool()
        let gate = DispatchSemaphore(value: 0)
        let started = Counter()
        async let running = code {
            try await pool.run {
                started.add()
                gate.wait()
            }
        }
        try await until { started.value == 1 }
        async let waiting = code { try await pool.run { started.add() } }
        try await until { pool.queueDepth == 1 }
        pool.expire(at: .now + .seconds(60))
        #expect(await running == "deadline_exceeded")
        #expect(await waiting == "deadline_exceeded")
        gate.signal()
        // The late piece of work was never started.
        #expect(await code { try await pool.run {} } == "no error")
        #expect(started.value == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `A cancelled caller is let go and its waiting work is not started`()
        async throws
    {
        let pool = pool()
        let gate = DispatchSemaphore(value: 0)
        let started = Counter()
        let first = Task {
            try await pool.run {
                started.add()
                gate.wait()
            }
        }
        try await until { started.value == 1 }
        let second = Task { try await pool.run { started.add() } }
        try await until { pool.queueDepth == 1 }
        second.cancel()
        #expect(await code { try await second.value } == "CancellationError")
        gate.signal()
        try await first.value
        #expect(await code { try await pool.run {} } == "no error")
        #expect(started.value == 1)
    }

    @Test func `A closed pool refuses work`() async {
        let pool = pool()
        pool.close()
        #expect(await code { try await pool.run {} } == "shutting_down")
    }
}
