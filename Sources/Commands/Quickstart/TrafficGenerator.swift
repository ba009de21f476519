import Client
import Foundation
import Primitives
import Synchronization

/// One text of the quickstart's traffic, with the answer a person would give.
struct TrafficRow: Codable, Sendable {
    /// What is sent.
    let text: String
    /// The right label.
    let intent: String
    /// The language, for the tables.
    let language: String

    /// Reads a JSON Lines file.
    ///
    /// - Throws: `file_missing`, `invalid_json`.
    static func read(_ path: String) throws -> [TrafficRow] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlatformError(.fileMissing, "The traffic file '\(path)' is missing.")
        }
        return try data.split(separator: UInt8(ascii: "\n")).map {
            try CanonicalJSON.decode(TrafficRow.self, from: Data($0), what: "traffic row")
        }
    }
}

/// The answer to one request, as the generator counts it.
struct TrafficAnswer: Sendable {
    /// The prediction's id.
    let prediction: String
    /// The label given.
    let label: String
    /// The version that answered.
    let version: String
}

/// Sends texts to an endpoint from several clients at once and counts what comes back.
final class TrafficGenerator: Sendable {
    /// What has been counted so far.
    struct Count: Sendable {
        var sent = 0
        var failed = 0
        /// Answered, and answered rightly, by language.
        var byLanguage: [String: (answered: Int, right: Int)] = [:]
        var latencies: [Double] = []
        var versions: Set<String> = []
        var lastPrediction = ""
        var firstError = ""

        /// The share answered rightly: in one language, or in all.
        func accuracy(_ language: String? = nil) -> Double {
            let counts = byLanguage.filter { language == nil || $0.key == language }.values
            let answered = counts.reduce(0) { $0 + $1.answered }
            return answered == 0 ? 0 : Double(counts.reduce(0) { $0 + $1.right }) / Double(answered)
        }
    }

    private let ask: @Sendable (String) async throws -> TrafficAnswer
    private let state = Mutex(Count())

    /// `ask` sends one text and returns the answer; any throw counts as a failed request.
    init(ask: @escaping @Sendable (String) async throws -> TrafficAnswer) {
        self.ask = ask
    }

    /// What has been counted so far.
    var count: Count { state.withLock { $0 } }

    /// Sends one row and counts the outcome.
    func send(_ row: TrafficRow) async {
        let clock = ContinuousClock()
        let began = clock.now
        do {
            let answer = try await ask(row.text)
            let elapsed = clock.now - began
            state.withLock { count in
                count.sent += 1
                let isRight = answer.label == row.intent ? 1 : 0
                let before = count.byLanguage[row.language] ?? (0, 0)
                count.byLanguage[row.language] = (before.answered + 1, before.right + isRight)
                count.latencies.append(elapsed / .milliseconds(1))
                count.versions.insert(answer.version)
                count.lastPrediction = answer.prediction
            }
        } catch {
            state.withLock { count in
                count.sent += 1
                count.failed += 1
                if count.firstError.isEmpty { count.firstError = "\(error)" }
            }
        }
    }

    /// Sends every row once from `clients` clients; `progress` hears how many have been answered.
    func send(all rows: [TrafficRow], clients: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }) async {
        let before = count.sent
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    for index in stride(from: client, to: rows.count, by: clients) where !Task.isCancelled {
                        await self.send(rows[index])
                        progress(self.count.sent - before)
                    }
                }
            }
        }
    }

    /// Sends rows round and round from `clients` clients, each pausing between requests, until `isDone` says so.
    func keepSending(
        _ rows: [TrafficRow],
        clients: Int,
        pauseMilliseconds: Int,
        until isDone: @escaping @Sendable () -> Bool
    ) async {
        guard !rows.isEmpty else { return }
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var index = client
                    while !isDone(), !Task.isCancelled {
                        await self.send(rows[index % rows.count])
                        index += clients
                        try? await Task.sleep(for: .milliseconds(pauseMilliseconds))
                    }
                }
            }
        }
    }
}
