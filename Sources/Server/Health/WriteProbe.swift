import Primitives

/// Proves that objects can be written, at most once in a while: a proof counts for ten seconds, in which only a look is
/// taken; a failure counts for one. Callers who come while a write is under way wait for that one.
actor WriteProbe {
    static let proofMilliseconds: Int64 = 10_000
    static let failureMilliseconds: Int64 = 1000

    private let time: TimeSource
    private let look: @Sendable () -> Bool
    private let write: @Sendable () async throws -> Void
    private var last: (at: Timestamp, result: Result<Void, any Error>)?
    private var running: Task<Void, any Error>?

    /// - Parameters:
    ///   - look: a cheap look; false calls for a write at once.
    ///   - write: writes something and throws when it could not.
    init(time: TimeSource, look: @escaping @Sendable () -> Bool, write: @escaping @Sendable () async throws -> Void) {
        self.time = time
        self.look = look
        self.write = write
    }

    /// Throws what the last write threw.
    func check() async throws {
        if let running { return try await running.value }
        if let last, isFresh(last) { return try last.result.get() }
        let task = Task { try await write() }
        running = task
        let result = await task.result
        running = nil
        last = (time.now(), result)
        try result.get()
    }

    private func isFresh(_ last: (at: Timestamp, result: Result<Void, any Error>)) -> Bool {
        let age = time.now().milliseconds - last.at.milliseconds
        // A clock that was set back would keep a proof for long.
        guard age >= 0 else { return false }
        switch last.result {
        case .success: return age < Self.proofMilliseconds && look()
        case .failure: return age < Self.failureMilliseconds
        }
    }
}
