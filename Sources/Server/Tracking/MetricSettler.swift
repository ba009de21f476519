import Logging
import ServiceLifecycle
import Tracking

/// Sorts metric points that arrived into their histories, so that readers seldom have to.
struct MetricSettler: Service {
    let runs: RunStore
    let logger: Logger

    /// Runs until the graceful shutdown; what waits then is sorted in after the next start.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            await runs.settleArrivals { error in
                logger.error("metric points could not be sorted in; tried again", metadata: ["error": "\(error)"])
            }
        }
    }
}
