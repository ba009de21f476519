import Foundation
import Primitives

/// Threads with a connection each that take work from one queue: libpq waits for the server, and Swift's cooperative
/// threads must not. Threads start when there is work for them; all end when the lane is closed.
///
/// @unchecked: `jobs`, `idle`, `threads` and `isClosed` are touched under the condition's lock alone.
final class PostgresLane: @unchecked Sendable {
    typealias Job = @Sendable (PostgresSlot) -> Void

    private let name: String
    private let address: PostgresAddress
    private let limit: Int
    private let maximumWaiting: Int
    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var idle = 0
    private var threads = 0
    private var isClosed = false

    /// - Parameters:
    ///   - limit: threads at most, which is connections at most.
    ///   - maximumWaiting: pieces of work that may wait.
    init(name: String, address: PostgresAddress, limit: Int, maximumWaiting: Int) {
        self.name = name
        self.address = address
        self.limit = limit
        self.maximumWaiting = maximumWaiting
    }

    /// Hands work over.
    ///
    /// - Returns: false when too much waits or the lane is closed; the work is not done then.
    func add(_ job: @escaping Job) -> Bool {
        condition.lock()
        defer { condition.unlock() }
        guard !isClosed, jobs.count < maximumWaiting else { return false }
        jobs.append(job)
        if idle >= jobs.count {
            condition.signal()
        } else if threads < limit {
            threads += 1
            start(threads)
        }
        return true
    }

    /// Lets the threads end after the work that waits.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    private func start(_ number: Int) {
        let thread = Thread { [self] in
            let slot = PostgresSlot(address: address)
            while let job = next() { job(slot) }
        }
        thread.name = "\(name)-\(number)"
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func next() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        idle += 1
        defer { idle -= 1 }
        while jobs.isEmpty, !isClosed { condition.wait() }
        return jobs.isEmpty ? nil : jobs.removeFirst()
    }
}
