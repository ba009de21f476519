import Foundation
import Logging
import Primitives
import Registry
import ServiceLifecycle
import Storage
import Synchronization

/// Follows the journal and delivers: each message is tried, tried again with growing pauses, and given up in the end.
package struct WebhookService: Service {
    /// Messages on their way to one webhook at once, so that a receiver that hangs does not hold up the others.
    private static let perWebhook = 3
    /// The longest pause between two attempts, in seconds.
    private static let longestPause: Int64 = 60
    /// The longest pause that a receiver may ask for, in seconds.
    private static let longestRetryAfter: Int64 = 3600

    private let database: any Database
    private let store: WebhookStore
    private let sender: WebhookSender
    private let time: TimeSource
    private let logger: Logger

    /// Makes the service of a store.
    package init(
        database: any Database,
        store: WebhookStore,
        policy: WebhookPolicy,
        time: TimeSource = .system,
        logger: Logger
    ) {
        self.database = database
        self.store = store
        sender = WebhookSender(policy: policy, resolver: NameResolver(), time: time)
        self.time = time
        self.logger = logger
    }

    /// Runs until the graceful shutdown; what is on its way then is delivered after the next start.
    package func run() async throws {
        let (wake, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let state = State()
        let growth = database.journalGrowth()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await _ in growth { bell.yield() } }
                bell.yield()
                for await _ in wake {
                    let next = await step(state, bell, &group)
                    guard let next, state.schedule(next) else { continue }
                    group.addTask {
                        let pause = max(50, next.milliseconds - time.now().milliseconds)
                        try? await Task.sleep(for: .milliseconds(pause))
                        state.rang(next)
                        bell.yield()
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// Queues what the journal has, and starts what is due.
    ///
    /// - Returns: when to look again; nil for when the journal grows or a message is done.
    private func step(
        _ state: State,
        _ bell: AsyncStream<Void>.Continuation,
        _ group: inout DiscardingTaskGroup
    ) async -> Timestamp? {
        do {
            if state.position == nil { state.position = try await store.position() }
            let (position, isLevel) = try await store.queue(after: state.position ?? 0)
            state.position = position
            if !isLevel { bell.yield() }
            let free = sender.policy.workers - state.count
            let (due, next) = try await store.take(
                min(free, Self.perWebhook),
                leaseSeconds: sender.policy.timeoutSeconds + 30,
                except: state.busy(Self.perWebhook)
            )
            for delivery in due {
                state.began(delivery.webhookID)
                group.addTask {
                    await deliver(delivery)
                    state.ended(delivery.webhookID)
                    bell.yield()
                }
            }
            if !due.isEmpty { bell.yield() }
            // Messages that are due but must wait for a place are looked at when a place is free.
            return next.flatMap { $0 > time.now() ? $0 : nil }
        } catch {
            if Task.isCancelled { return nil }
            logger.error("webhook queue failed", metadata: ["error": "\(error)"])
            state.position = nil
            return Timestamp(milliseconds: time.now().milliseconds + 1000)
        }
    }

    private func deliver(_ delivery: WebhookDelivery) async {
        let outcome = await sender.send(delivery)
        do {
            if outcome.isSuccess {
                try await store.finish(delivery.id)
            } else if Task.isCancelled {
                try await store.postpone(delivery.id, until: time.now(), counts: false)
            } else if outcome.mayRetry, delivery.attempts < sender.policy.retries {
                let pause = Self.pause(after: delivery.attempts + 1, outcome, jitter: Int64.random(in: 0..<1000))
                try await store.postpone(
                    delivery.id,
                    until: Timestamp(milliseconds: time.now().milliseconds + pause)
                )
            } else {
                try await store.abandon(delivery, reason: outcome.reason)
                logger.warning(
                    "webhook given up",
                    metadata: ["webhook": "\(delivery.webhookID)", "reason": "\(outcome.reason)"]
                )
            }
        } catch {
            logger.error("webhook outcome not kept", metadata: ["error": "\(error)"])
        }
    }

    /// Milliseconds until the next attempt: 1, 2, 4 … seconds and up to one second more, or what the receiver asks for.
    static func pause(after attempts: Int, _ outcome: WebhookOutcome, jitter: Int64) -> Int64 {
        if case .answered(_, _, let asked?) = outcome, asked >= 0 {
            return min(asked, longestRetryAfter) * 1000 + jitter
        }
        return min(longestPause, 1 << Int64(min(attempts - 1, 6))) * 1000 + jitter
    }

    /// What is on its way, and the journal's place.
    private final class State: Sendable {
        private struct Content {
            var position: Int64?
            var busy: [String: Int] = [:]
            var alarm: Timestamp?
        }

        private let content = Mutex(Content())

        var position: Int64? {
            get { content.withLock(\.position) }
            set { content.withLock { $0.position = newValue } }
        }

        var count: Int { content.withLock { $0.busy.values.reduce(0, +) } }

        func busy(_ limit: Int) -> Set<String> {
            content.withLock { Set($0.busy.filter { $0.value >= limit }.keys) }
        }

        func began(_ webhook: String) { content.withLock { $0.busy[webhook, default: 0] += 1 } }

        func ended(_ webhook: String) {
            content.withLock { content in
                content.busy[webhook, default: 1] -= 1
                if content.busy[webhook] == 0 { content.busy[webhook] = nil }
            }
        }

        /// Whether an alarm at this moment is needed: none rings at or before it.
        func schedule(_ moment: Timestamp) -> Bool {
            content.withLock { content in
                if let alarm = content.alarm, alarm <= moment { return false }
                content.alarm = moment
                return true
            }
        }

        func rang(_ moment: Timestamp) {
            content.withLock { if $0.alarm == moment { $0.alarm = nil } }
        }
    }
}
