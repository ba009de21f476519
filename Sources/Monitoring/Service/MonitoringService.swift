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
    private let referenceProfile: ReferenceLookup
    private let identifiers: IdentifierSource
    private nonisolated let drainSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private nonisolated let triggerSignal = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    var watches: [String: Watch] = [:]
    private var isLoaded = false
    private var isFlushing = false
    private var covered: Int64 = 0
    private var unsaved = 0
    private var closed: [(key: MonitorKey, window: MonitorWindow)] = []
    private var raised: [DriftAlert] = []
    private var replaced: [MonitorKey] = []

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
        if buffer.add(record) >= configuration.batchSize { drainSignal.continuation.yield() }
    }

    /// Watches until graceful shutdown; then stores what is still waiting.
    package func run() async throws {
        let interval = Duration.milliseconds(configuration.drainMilliseconds)
        let drain = drainSignal, trigger = triggerSignal
        try await withGracefulShutdownHandler {
            try await load()
            trigger.continuation.yield()
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while (try? await Task.sleep(for: interval)) != nil { drain.continuation.yield() }
                }
                group.addTask { await self.actOnTriggers() }
                for await _ in drain.stream { await flush() }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            drain.continuation.finish()
            trigger.continuation.finish()
        }
        await flush(snapshot: true)
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

    /// Reads the stored monitors and the predictions that they have not seen. Called by `run`; a second call does nothing.
    package func load() async throws {
        guard !isLoaded else { return }
        isLoaded = true
        var seen: [String: Int64] = [:]
        for (monitor, covered) in try await windows.states() {
            watches[monitor.key.endpoint] = Watch(monitor: monitor, isDirty: false)
            seen[monitor.key.endpoint] = covered
        }
        covered = seen.values.min() ?? 0
        while true {
            let rows = try await predictions.rows(after: covered, limit: 1_000)
            for row in rows where row.sequence > seen[row.record.endpoint] ?? 0 { await absorb(row.record) }
            guard let last = rows.last else { return }
            covered = last.sequence
            unsaved += rows.count
        }
    }

    /// Says that an endpoint now serves a version: its monitor begins anew, and alerts of the version before are resolved.
    package func endpointSwapped(endpoint: String, model: String, version: Int) async {
        await flush()
        await begin(MonitorKey(endpoint: endpoint, model: model, version: version))
        await flush(snapshot: true)
    }

    /// Stores what is waiting. The running service does this by itself.
    ///
    /// - Parameter snapshot: store the monitors also when few predictions came since the last time.
    package func flush(snapshot: Bool = false) async {
        guard !isFlushing else { return }
        isFlushing = true
        defer { isFlushing = false }
        if !isLoaded {
            do { try await load() } catch {
                isLoaded = false
                logger.error("monitoring cannot read its state", metadata: ["error": "\(error)"])
                return
            }
        }
        await retryProfiles()
        repeat {
            let batch = buffer.take(configuration.batchSize)
            for record in batch { await absorb(record) }
            unsaved += batch.count
            let isUrgent = snapshot || !raised.isEmpty || !replaced.isEmpty
            let saves = isUrgent || unsaved >= configuration.snapshotEvery || (batch.isEmpty && unsaved > 0)
            if batch.isEmpty && !saves { return }
            await store(batch, saves: saves)
        } while buffer.waiting > 0
    }
}

extension MonitoringService {
    private func absorb(_ record: PredictionRecord) async {
        let key = MonitorKey(record)
        if watches[record.endpoint] == nil { await begin(key) }
        guard var watch = watches[record.endpoint] else { return }
        if key != watch.monitor.key, record.errorCode == nil {
            watch.strangers += 1
            let takesOver = watch.strangers >= Self.takeoverCount || watch.monitor.key.version == 0
            watches[record.endpoint] = watch
            guard takesOver else { return }
            await begin(key)
            guard let begun = watches[record.endpoint] else { return }
            watch = begun
        }
        watch.strangers = 0
        watch.isDirty = true
        let outcome = watch.monitor.observe(record)
        watches[record.endpoint] = watch
        closed += outcome.closed.map { (watch.monitor.key, $0) }
        if let evidence = outcome.alarm {
            raised.append(DriftAlert(id: identifiers(), key: watch.monitor.key, at: record.at, evidence: evidence))
        }
    }

    /// Begins to watch a version, in place of the one before.
    private func begin(_ key: MonitorKey) async {
        if let before = watches[key.endpoint], before.monitor.key == key { return }
        var profile: ReferenceProfile?
        var retryAt: Timestamp?
        do {
            profile = key.version > 0 ? try await referenceProfile(key.model, key.version) : nil
        } catch {
            retryAt = clock.now().advanced(byMilliseconds: Self.profileRetrySeconds * 1000)
            logger.warning("reference profile not readable yet", metadata: ["endpoint": "\(key.endpoint)", "error": "\(error)"])
        }
        do {
            let monitor = try EndpointMonitor(key: key, profile: profile, configuration: configuration.detector)
            if let before = watches[key.endpoint] {
                closed += before.monitor.openWindows.map { (before.monitor.key, $0) }
                replaced.append(key)
            }
            watches[key.endpoint] = Watch(monitor: monitor, profileRetryAt: retryAt)
        } catch {
            logger.error("endpoint cannot be monitored", metadata: ["endpoint": "\(key.endpoint)", "error": "\(error)"])
        }
    }

    private func retryProfiles() async {
        let now = clock.now()
        for (endpoint, watch) in watches {
            guard let due = watch.profileRetryAt, due <= now else { continue }
            let key = watch.monitor.key
            let retryAt = now.advanced(byMilliseconds: Self.profileRetrySeconds * 1000)
            let profile: ReferenceProfile?
            do { profile = try await referenceProfile(key.model, key.version) } catch {
                watches[endpoint]?.profileRetryAt = retryAt
                continue
            }
            guard watches[endpoint]?.monitor.key == key else { continue }
            watches[endpoint]?.profileRetryAt = nil
            guard let profile else { continue }
            do { try watches[endpoint]?.monitor.adopt(profile, configuration: configuration.detector) } catch {
                logger.error("reference profile not usable", metadata: ["endpoint": "\(endpoint)", "error": "\(error)"])
            }
        }
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
