import ServiceLifecycle

/// Enforces deadlines of running work, and closes the pools when the server stops.
package struct DeadlineService: Service {
    private let pools: [WorkerPool]
    private let interval: Duration

    /// Watches pools.
    ///
    /// - Parameter interval: how late a deadline may be noticed.
    package init(pools: [WorkerPool], interval: Duration = .milliseconds(20)) {
        self.pools = pools
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for pool in pools { group.addTask { await pool.expire(every: interval) } }
            }
        }
        for pool in pools { pool.close() }
    }
}
