import Foundation
import Logging
import Monitoring
import Primitives
import Statistics
import Storage
import Synchronization
import TestSupport

/// Seeded predictions: `known` ones look like the reference, `shifted` ones like a language that training lacked.
struct Traffic: RandomNumberGenerator {
    private var source: SeededGenerator
    private var made = 0
    private let prefix: String

    init(seed: UInt64) {
        source = SeededGenerator(seed: seed)
        prefix = "p\(seed)-"
    }

    mutating func next() -> UInt64 { source.next() }

    mutating func known(version: Int = 1, at: Timestamp = TestClock.epoch) -> PredictionRecord {
        let score = 1 - pow(Double.random(in: 0..<1, using: &self), 4) * 0.5
        return record(
            label: "Intent\(Int.random(in: 0..<12, using: &self))",
            score: score,
            second: (1 - score) * 0.7,
            tokens: Int.random(in: 5...16, using: &self),
            unknown: Double.random(in: 0..<1, using: &self) < 0.04 ? 0.1 : 0,
            version: version,
            at: at
        )
    }

    mutating func shifted(version: Int = 1, at: Timestamp = TestClock.epoch) -> PredictionRecord {
        let score = Double.random(in: 0.25..<0.95, using: &self)
        return record(
            label: "Intent\([0, 0, 0, 1, 2, 5, 7][Int.random(in: 0..<7, using: &self)])",
            score: score,
            second: (1 - score) * 0.7,
            tokens: Int.random(in: 8...30, using: &self),
            unknown: 0,
            version: version,
            at: at
        )
    }

    mutating func record(
        label: String,
        score: Double,
        second: Double,
        tokens: Int,
        unknown: Double,
        version: Int,
        at: Timestamp,
        errorCode: String? = nil
    ) -> PredictionRecord {
        made += 1
        return PredictionRecord(
            id: prefix + String(made),
            at: at,
            endpoint: "intent",
            model: "intent",
            version: version,
            variant: "int8",
            label: label,
            score: score,
            secondScore: second,
            tokenCount: tokens,
            unknownShare: unknown,
            characterCount: tokens * 5,
            latencyMicroseconds: Int.random(in: 800...4_000, using: &self),
            errorCode: errorCode
        )
    }

    mutating func failed(at: Timestamp = TestClock.epoch) -> PredictionRecord {
        record(label: "", score: 0, second: 0, tokens: 0, unknown: 0, version: 1, at: at, errorCode: "text_too_long")
    }

    static func profile(seed: UInt64 = 77, size: Int = 1_500) throws -> ReferenceProfile {
        var traffic = Traffic(seed: seed)
        return try ReferenceProfile.build(from: (0..<size).map { _ in traffic.known() })
    }
}

/// A pipeline engine that starts one run for one key, as the real one must.
final class FakeEngine: Sendable {
    struct Start: Hashable {
        let pipeline: String
        let parameters: [String: JSONValue]
        let key: String
    }

    private struct State {
        var starts: [Start] = []
        var calls = 0
        var failure: PlatformError?
    }

    private let state = Mutex(State())

    var starts: [Start] { state.withLock(\.starts) }
    var calls: Int { state.withLock(\.calls) }
    func fail(with error: PlatformError?) { state.withLock { $0.failure = error } }

    func start(_ pipeline: String, _ parameters: [String: JSONValue], _ key: String) throws -> String {
        try state.withLock { state in
            state.calls += 1
            if let failure = state.failure { throw failure }
            let start = Start(pipeline: pipeline, parameters: parameters, key: key)
            if !state.starts.contains(start) { state.starts.append(start) }
            return "run-\(key)"
        }
    }
}

/// A clock that tests move.
final class MovingClock: Sendable {
    private let moment = Mutex(TestClock.epoch)
    var source: TimeSource { TimeSource { self.moment.withLock { $0 } } }
    func advance(seconds: Int64) { moment.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) } }
}

/// A monitoring service over a real database; several may follow one another on it, as after restarts.
struct Fixture {
    let database: any Database
    let journal: Journal
    let engine = FakeEngine()
    let clock = MovingClock()
    let profile: ReferenceProfile

    init() throws {
        let database = try TestDatabase.make()
        self.database = database
        journal = Journal(database: database)
        profile = try Traffic.profile()
    }

    func service(_ configuration: MonitoringConfiguration = MonitoringConfiguration()) -> MonitoringService {
        let profile = profile, engine = engine
        return MonitoringService(
            database: database,
            journal: journal,
            referenceProfile: { _, _ in profile },
            startPipeline: { name, parameters, _, key in try engine.start(name, parameters, key) },
            clock: clock.source,
            identifiers: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            configuration: configuration
        )
    }

    func events(_ prefix: String) async throws -> [JournalEntry] {
        try await journal.entries(after: 0, limit: 1_000, kindPrefix: prefix)
    }
}
