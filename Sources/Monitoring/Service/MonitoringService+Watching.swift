import Logging
import Primitives
import Statistics
import Storage

extension MonitoringService {
    /// Reads the stored monitors, then shows them the predictions stored after their last snapshot.
    func readStored() async throws {
        var seen: [String: Int64] = [:]
        for state in try await windows.states() {
            seen[state.endpoint] = state.covered
            if let monitor = state.monitor {
                watches[state.endpoint] = Watch(monitor: monitor, isDirty: false)
            } else {
                logger.warning(
                    "stored monitor not readable, it begins anew",
                    metadata: ["endpoint": "\(state.endpoint)"]
                )
            }
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
        do { try await load() } catch {
            logger.error("monitoring cannot read its state", metadata: ["error": "\(error)"])
        }
        await flush()
        await begin(MonitorKey(endpoint: endpoint, model: model, version: version))
        await flush(snapshot: true)
    }

    /// Shows a prediction to its endpoint's monitor.
    func absorb(_ record: PredictionRecord) async {
        let key = MonitorKey(record)
        if watches[record.endpoint] == nil { await begin(key) }
        guard var watch = watches[record.endpoint] else { return }
        // What a policy gave to another version, or to a rule, says nothing about the version that is watched.
        if record.arm != nil, key != watch.monitor.key { return }
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
    func begin(_ key: MonitorKey) async {
        if let before = watches[key.endpoint], before.monitor.key == key { return }
        var profile: ReferenceProfile?
        var retryAt: Timestamp?
        do {
            profile = key.version > 0 ? try await referenceProfile(key.model, key.version) : nil
        } catch {
            retryAt = clock.now().advanced(byMilliseconds: Self.profileRetrySeconds * 1000)
            logger.warning(
                "reference profile not readable yet",
                metadata: ["endpoint": "\(key.endpoint)", "error": "\(error)"]
            )
        }
        // Another swap may have come while the reference was read.
        if let before = watches[key.endpoint], before.monitor.key == key { return }
        do {
            let monitor = try EndpointMonitor(key: key, profile: profile, configuration: configuration.detector)
            if let before = watches[key.endpoint] {
                closed += before.monitor.openWindows.map { (before.monitor.key, $0) }
                replaced.append(key)
            }
            watches[key.endpoint] = Watch(monitor: monitor, profileRetryAt: retryAt)
            workSignal.continuation.yield()
        } catch {
            logger.error(
                "endpoint cannot be monitored",
                metadata: ["endpoint": "\(key.endpoint)", "error": "\(error)"]
            )
        }
    }

    /// Reads references that could not be read when their monitors began.
    func retryProfiles() async {
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
                logger.error(
                    "reference profile not usable",
                    metadata: ["endpoint": "\(endpoint)", "error": "\(error)"]
                )
            }
        }
    }
}
