import CPostgres
import Foundation
import Primitives

/// Waits on a connection of its own for commits of other servers, and announces that the journal grew. After a
/// connection was lost the first thing is an announcement, since news may have been missed.
///
/// @unchecked: `isClosed` and `isStarted` are touched under the lock alone.
final class PostgresListener: @unchecked Sendable {
    private let address: PostgresAddress
    private let growth: JournalGrowth
    private let lock = NSLock()
    private var isStarted = false
    private var isClosed = false

    init(address: PostgresAddress, growth: JournalGrowth) {
        self.address = address
        self.growth = growth
    }

    /// Starts the thread, the first time.
    func start() {
        lock.lock()
        defer { lock.unlock() }
        guard !isStarted, !isClosed else { return }
        isStarted = true
        let thread = Thread { [self] in listen() }
        thread.name = "postgres-listener"
        thread.start()
    }

    /// Lets the thread end within a second.
    func close() {
        lock.lock()
        isClosed = true
        lock.unlock()
    }

    private var mustStop: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isClosed
    }

    private func listen() {
        let slot = PostgresSlot(address: address)
        while !mustStop {
            do {
                let session = try slot.connected()
                try session.execute("LISTEN \(session.channel)")
                growth.announce()
                follow(session)
            } catch {
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
    }

    /// Returns when the connection is lost or the listener is closed.
    private func follow(_ session: PostgresSession) {
        while !mustStop {
            var descriptor = pollfd(fd: aku_pq_socket(session.handle), events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 1000) > 0 else { continue }
            guard aku_pq_consume(session.handle) == 1 else { return }
            var isNews = false
            while aku_pq_take_notification(session.handle) == 1 { isNews = true }
            if isNews { growth.announce() }
        }
    }
}
