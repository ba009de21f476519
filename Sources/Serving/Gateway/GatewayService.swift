import Logging
import Primitives
import ServiceLifecycle

/// Carries out what canaries decide, lets time pass for them, and asks shadows.
package struct GatewayService: Service {
    private let registry: EndpointRegistry
    private let signals: GatewaySignals
    private let shadows: ShadowQueue
    private let interval: Duration

    /// Joins the parts.
    ///
    /// - Parameter interval: how late a step's end by time may be noticed, and a promotion that failed be tried again.
    package init(
        registry: EndpointRegistry,
        signals: GatewaySignals,
        shadows: ShadowQueue,
        interval: Duration = .seconds(1)
    ) {
        self.registry = registry
        self.signals = signals
        self.shadows = shadows
        self.interval = interval
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await shadows.work() }
                group.addTask {
                    for await signal in signals.stream { await registry.carryOut(signal) }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: interval)
                        signals.continuation.yield(.tick)
                    }
                }
            }
        }
        shadows.pool.close()
    }
}
