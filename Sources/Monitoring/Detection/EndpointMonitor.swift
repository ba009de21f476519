import Primitives
import Statistics

/// Everything that is known about one model version on one endpoint: its windows and its drift detector. A pure value:
/// prediction in, closed windows and perhaps an alarm out. It is stored as JSON and goes on from there after a restart.
package struct EndpointMonitor: Sendable, Codable, Hashable {
    /// Requests in a window of kind `count`.
    package static let requestsPerWindow = 250

    /// What one prediction led to.
    package struct Outcome: Sendable, Hashable {
        /// Windows that ended before this prediction.
        package var closed: [MonitorWindow] = []
        /// The evidence, when this prediction completed it.
        package var alarm: DriftEvidence?
    }

    /// What it watches.
    package let key: MonitorKey
    /// The reference of the version's package; nil when it has none, and then there is no drift detection.
    package private(set) var profile: ReferenceProfile?
    /// Requests since the version took the endpoint.
    package private(set) var requests = 0
    /// Failed ones of these.
    package private(set) var errors = 0
    /// Latency since the version took the endpoint.
    package private(set) var latency = LatencyHistogram()
    /// Labels since the version took the endpoint.
    package private(set) var labels: [String: Int] = [:]
    /// The minute that is open.
    package private(set) var minute: MonitorWindow?
    /// The run of requests that is open.
    package private(set) var run: MonitorWindow?
    /// The drift detector; nil without a reference.
    package private(set) var detector: SequentialDriftDetector?
    private var features: DriftFeatures?

    /// A monitor that has seen nothing.
    ///
    /// - Throws: what the detector says of an impossible reference.
    package init(
        key: MonitorKey,
        profile: ReferenceProfile?,
        configuration: DriftDetectorConfiguration = .standard
    ) throws {
        self.key = key
        if let profile { try adopt(profile, configuration: configuration) }
    }

    /// Begins drift detection with a reference that could not be read when the monitor began.
    ///
    /// - Throws: what the detector says of an impossible reference.
    package mutating func adopt(
        _ profile: ReferenceProfile,
        configuration: DriftDetectorConfiguration = .standard
    ) throws {
        let features = DriftFeatures(profile: profile)
        detector = try SequentialDriftDetector(references: features.references, configuration: configuration)
        self.features = features
        self.profile = profile
    }

    /// Takes one prediction.
    package mutating func observe(_ record: PredictionRecord) -> Outcome {
        var outcome = Outcome()
        requests += 1
        latency.add(microseconds: record.latencyMicroseconds)
        open(record, &outcome)
        minute?.add(record)
        run?.add(record)
        if record.errorCode != nil {
            errors += 1
            return outcome
        }
        let known = labels[record.label] != nil || labels.count < MonitorWindow.maximumLabels
        labels[known ? record.label : MonitorWindow.otherLabels, default: 0] += 1
        if let features, case .alarm(let evidence)? = detector?.add(features.bins(of: record)) {
            outcome.alarm = evidence
        }
        return outcome
    }

    /// What the bins of each feature hold, by feature name; empty without a reference.
    package var binNames: [String: [String]] { features?.binNames ?? [:] }

    /// The open windows, with the evidence as it is now.
    package var openWindows: [MonitorWindow] {
        let evidence = detector?.evidence
        return [minute, run].compactMap { $0?.with(evidence) }
    }

    /// Closes windows that the record no longer belongs to and opens those it needs. A record that arrives late is
    /// counted in the open minute: minutes never reopen.
    private mutating func open(_ record: PredictionRecord, _ outcome: inout Outcome) {
        let ordinal = max(0, record.at.milliseconds / 60_000)
        if let current = minute, current.ordinal < ordinal {
            outcome.closed.append(current.with(detector?.evidence))
            minute = nil
        }
        if let current = run, current.requests >= Self.requestsPerWindow {
            outcome.closed.append(current.with(detector?.evidence))
            run = nil
        }
        if minute == nil { minute = MonitorWindow(kind: .minute, ordinal: ordinal, at: record.at, profile: profile) }
        if run == nil {
            let number = Int64((requests - 1) / Self.requestsPerWindow)
            run = MonitorWindow(kind: .count, ordinal: number, at: record.at, profile: profile)
        }
    }
}

extension EndpointMonitor {
    private enum CodingKeys: String, CodingKey {
        case key, profile, requests, errors, latency, labels, minute, run, detector
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decode(MonitorKey.self, forKey: .key)
        profile = try container.decodeIfPresent(ReferenceProfile.self, forKey: .profile)
        requests = try container.decode(Int.self, forKey: .requests)
        errors = try container.decode(Int.self, forKey: .errors)
        latency = try container.decode(LatencyHistogram.self, forKey: .latency)
        labels = try container.decode([String: Int].self, forKey: .labels)
        minute = try container.decodeIfPresent(MonitorWindow.self, forKey: .minute)
        run = try container.decodeIfPresent(MonitorWindow.self, forKey: .run)
        detector = try container.decodeIfPresent(SequentialDriftDetector.self, forKey: .detector)
        features = profile.map(DriftFeatures.init)
    }
}
