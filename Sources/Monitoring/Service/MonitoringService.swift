import Logging
import Primitives
import ServiceLifecycle
import Statistics
import Storage
import Synchronization

/// Reads the reference profile of a model version's package: model name, version. Nil when the package has none; throws
/// while it cannot be read, and is then asked again.
package typealias ReferenceLookup = @Sendable (_ model: String, _ version: Int) async throws -> ReferenceProfile?

/// Watches every endpoint: takes predictions from serving, stores them, keeps windows and drift detectors, raises alarms
/// and acts on them by triggers.
///
/// One version of an endpoint is watched at a time, the one that serves. A prediction is stored, and counted in the
/// monitor's next snapshot, in one transaction each; what a crash takes from a snapshot is read again from the stored rows.
package actor MonitoringService: Service {
    /// Predictions of another version in a row after which it counts as the serving one, when nobody announced the swap.
    static let takeoverCount = 8
    /// Closed windows kept while they cannot be written; older ones are lost.
    static let maximumWaitingWindows = 1_000
    /// Seconds between two attempts to read a reference that could not be read.
    static let profileRetrySeconds: Int64 = 5

    /// One endpoint's monitor and what surrounds it.
    struct Watch {
        var monitor: EndpointMonitor
        var strangers = 0
        var profileRetryAt: Timestamp?
        var isDirty = true
    }

    /// Predictions by id.
    package nonisolated let predictions: PredictionStore
    /// Alerts.
    package nonisolated let alerts: AlertStore
    /// Triggers.
    package nonisolated let triggers: TriggerStore
    let windows: WindowStore
    let database: any Database
    let configuration: MonitoringConfiguration
    let buffer: PredictionBuffer
    let clock: TimeSource
    let logger: Logger
    private let runner: TriggerRunner
    let referenceProfile: ReferenceLookup
    let identifiers: IdentifierSource
    private nonisolated let drainSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    nonisolated let triggerSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    /// Something is to be stored by and by. Without it nothing wakes: an idle server on a small box must cost nothing.
    nonisolated let workSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    var watches: [String: Watch] = [:]
    private var loading: Task<Void, any Error>?
    var isFlushing = false
    var covered: Int64 = 0
    var unsaved = 0
    var closed: [(key: MonitorKey, window: MonitorWindow)] = []
    var raised: [DriftAlert] = []
    var replaced: [MonitorKey] = []

    /// Makes the service; nothing is read before it runs.
    package init(
        database: any Database,
        journal: Journal,
        referenceProfile: @escaping ReferenceLookup,
        startPipeline: @escaping StartPipeline,
        clock: TimeSource,
        identifiers: IdentifierSource,
        logger: Logger,
        configuration: MonitoringConfiguration = MonitoringConfiguration()
    ) {
        self.database = database
        self.referenceProfile = referenceProfile
        self.clock = clock
        self.identifiers = identifiers
        self.logger = logger
        self.configuration = configuration
        buffer = PredictionBuffer(capacity: configuration.bufferCapacity)
        predictions = PredictionStore(database: database, retained: configuration.retainedPredictions)
        alerts = AlertStore(database: database)
        triggers = TriggerStore(database: database)
        windows = WindowStore(database: database)
        runner = TriggerRunner(
            journal: journal,
            store: triggers,
            startPipeline: startPipeline,
            clock: clock,
            logger: logger
        )
    }

    /// Takes a prediction. Called on the request path: appends to a bounded buffer and returns; it never waits or fails.
    package nonisolated func observe(_ record: PredictionRecord) {
        let waiting = buffer.add(record)
        if waiting == 1 { workSignal.continuation.yield() }
        if waiting >= configuration.batchSize { drainSignal.continuation.yield() }
    }

    /// Watches until graceful shutdown; then stores what is still waiting.
    package func run() async throws {
        let interval = Duration.milliseconds(configuration.drainMilliseconds)
        let drain = drainSignal, trigger = triggerSignal, work = workSignal
        try await withGracefulShutdownHandler {
            try await load()
            trigger.continuation.yield()
            work.continuation.yield()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in work.stream {
                        repeat {
                            guard (try? await Task.sleep(for: interval)) != nil else { return }
                            drain.continuation.yield()
                        } while await self.hasWork
                    }
                }
                group.addTask { await self.actOnTriggers() }
                for await _ in drain.stream { await flush() }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            drain.continuation.finish()
            trigger.continuation.finish()
            work.continuation.finish()
        }
        await flush(snapshot: true)
    }

    /// Whether another look is needed even when no prediction comes.
    private var hasWork: Bool {
        isFlushing || buffer.waiting > 0 || unsaved > 0 || !raised.isEmpty || !replaced.isEmpty || !closed.isEmpty
            || watches.values.contains { $0.profileRetryAt != nil }
    }

    private nonisolated func actOnTriggers() async {
        for await _ in triggerSignal.stream {
            do {
                try await runner.runPending()
            } catch {
                logger.warning("triggers wait for another attempt", metadata: ["error": "\(error)"])
                guard (try? await Task.sleep(for: .seconds(2))) != nil else { return }
                triggerSignal.continuation.yield()
            }
        }
    }

    /// Acts now on every alarm that no trigger has acted on; the running service does this by itself.
    @discardableResult
    package func runPendingTriggers() async throws -> [TriggerFiring] { try await runner.runPending() }

    /// Reads the stored monitors and the predictions that they have not seen. The service does this by itself, once; a
    /// second call waits for the first.
    package func load() async throws {
        let loading = self.loading ?? Task { try await readStored() }
        self.loading = loading
        do { try await loading.value } catch {
            self.loading = nil
            throw error
        }
    }
}
