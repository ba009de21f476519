import Logging
import Primitives
import Storage

extension MonitoringService {
    /// Stores what is waiting. The running service does this by itself. Predictions that arrive meanwhile are left to the
    /// next call: under steady load they never cease, and a caller such as a deployment waits for this one to end.
    ///
    /// - Parameter snapshot: store the monitors also when few predictions came since the last time.
    package func flush(snapshot: Bool = false) async {
        guard !isFlushing else { return }
        isFlushing = true
        defer { isFlushing = false }
        do { try await load() } catch {
            logger.error("monitoring cannot read its state", metadata: ["error": "\(error)"])
            return
        }
        await retryProfiles()
        var remaining = buffer.waiting
        repeat {
            let batch = buffer.take(min(remaining, configuration.batchSize))
            remaining -= batch.count
            for record in batch { await absorb(record) }
            unsaved += batch.count
            let isUrgent = snapshot || !raised.isEmpty || !replaced.isEmpty
            let saves = isUrgent || unsaved >= configuration.snapshotEvery || (batch.isEmpty && unsaved > 0)
            if batch.isEmpty && !saves { return }
            await store(batch, saves: saves)
        } while remaining > 0
    }

    /// Writes a batch and, when it is time, the monitors; alarms and swaps with their events in the same transaction. When
    /// the write fails the batch is counted as dropped; alarms and swaps are kept for the next attempt.
    private func store(_ batch: [PredictionRecord], saves: Bool) async {
        let before = covered
        let closed = self.closed, raised = self.raised, replaced = self.replaced
        let monitors = saves ? watches.values.filter(\.isDirty).map(\.monitor) : []
        let now = clock.now()
        let predictions = predictions, windows = windows, alerts = alerts
        do {
            covered = try await database.write { transaction in
                let last = batch.isEmpty ? before : try predictions.append(batch, in: transaction)
                for (key, window) in closed { try windows.save(window, of: key, in: transaction) }
                for monitor in monitors {
                    for window in monitor.openWindows { try windows.save(window, of: monitor.key, in: transaction) }
                    try windows.save(monitor, covered: last, at: now, in: transaction)
                }
                if saves { try transaction.execute("UPDATE monitor_state SET covered = ?", [.integer(last)]) }
                for alert in raised { try alerts.raise(alert, in: transaction) }
                for key in replaced { try alerts.resolve(replacedBy: key, at: now, in: transaction) }
                return last
            }
        } catch {
            buffer.countDropped(batch.count)
            self.closed.removeFirst(max(0, self.closed.count - Self.maximumWaitingWindows))
            logger.error("predictions not stored", metadata: ["count": "\(batch.count)", "error": "\(error)"])
            return
        }
        self.closed.removeFirst(closed.count)
        self.raised.removeFirst(raised.count)
        self.replaced.removeFirst(replaced.count)
        if saves {
            unsaved = 0
            for monitor in monitors where watches[monitor.key.endpoint]?.monitor == monitor {
                watches[monitor.key.endpoint]?.isDirty = false
            }
        }
        if !raised.isEmpty { triggerSignal.continuation.yield() }
    }
}
