import Foundation
import Primitives

/// Which of several servers on one database leads: the one whose connection holds an advisory lock. What must run once
/// (pipelines, deliveries of webhooks) runs there. When that server ends, or its connection does, another takes over.
///
/// @unchecked: `isClosed` is touched under the lock alone.
final class PostgresLeadership: @unchecked Sendable {
    /// Between two looks at the lock, in seconds; shorter after a lost connection, so that who led goes on leading.
    private static let pause = 1.0
    private static let shortPause = 0.1

    private let address: PostgresAddress
    private let lock = NSLock()
    private var isClosed = false

    init(address: PostgresAddress) { self.address = address }

    /// True once this server leads; then false, and the end, when another has taken over.
    func states() -> AsyncStream<Bool> {
        let (stream, continuation) = AsyncStream.makeStream(of: Bool.self)
        continuation.onTermination = { [self] _ in close() }
        let thread = Thread { [self] in
            stand { continuation.yield($0) }
            continuation.finish()
        }
        thread.name = "postgres-leadership"
        thread.start()
        return stream
    }

    private func close() {
        lock.lock()
        isClosed = true
        lock.unlock()
    }

    private var mustStop: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isClosed
    }

    private func stand(_ tell: (Bool) -> Void) {
        let slot = PostgresSlot(address: address)
        var holding: PostgresSession?
        var hasLed = false
        while !mustStop {
            do {
                let session = try slot.connected()
                if session === holding {
                    try session.execute("SELECT 1")
                } else if try take(session) {
                    holding = session
                    if !hasLed { tell(true) }
                    hasLed = true
                } else if hasLed {
                    return tell(false)
                }
                Thread.sleep(forTimeInterval: Self.pause)
            } catch {
                holding = nil
                Thread.sleep(forTimeInterval: Self.shortPause)
            }
        }
    }

    private func take(_ session: PostgresSession) throws -> Bool {
        let row = try session.first("SELECT pg_try_advisory_lock(?) AS got", [.integer(session.lock ^ 2)])
        return try row?.bool("got") ?? false
    }
}

extension PostgresDatabase {
    /// True once this server is the one of its database that leads; then false, and the end, when another has taken
    /// over. Leading ends with the stream.
    package func leadership() -> AsyncStream<Bool> { PostgresLeadership(address: address).states() }
}
