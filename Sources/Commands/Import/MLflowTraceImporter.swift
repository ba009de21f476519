import Client
import Primitives

/// Brings traces over, page by page: what is here as it is there is left alone, the rest is written and compared.
struct MLflowTraceImporter {
    let source: any MLflowSource
    let target: MLflowAPI
    let progress: @Sendable (String) -> Void

    /// Requests under way at once.
    private static let writesAtOnce = 8

    /// Does one experiment.
    ///
    /// - Parameters:
    ///   - tally: counts what was done.
    ///   - differences: gets those that differ afterwards.
    func run(_ experiment: Int64, _ tally: inout ImportTally, _ differences: inout [String]) async throws {
        var token: String?
        repeat {
            let page = try await source.traces(of: experiment, after: token)
            try await write(page.elements, &tally, &differences)
            token = page.next
            if tally.source > 0 { progress("\(tally.source) traces") }
        } while token != nil
    }

    private func write(
        _ traces: [SourceTrace],
        _ tally: inout ImportTally,
        _ differences: inout [String]
    ) async throws {
        if traces.isEmpty { return }
        tally.source += traces.count
        let before = try await fingerprints(traces)
        let changed = traces.filter { before[$0.id] != $0.fingerprint }
        tally.unchanged += traces.count - changed.count
        tally.verified += traces.count - changed.count
        if changed.isEmpty { return }
        let target = target
        var rest = changed[...]
        while !rest.isEmpty {
            let some = rest.prefix(Self.writesAtOnce)
            rest = rest.dropFirst(Self.writesAtOnce)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for trace in some { group.addTask { try await target.write(trace) } }
                try await group.waitForAll()
            }
        }
        tally.written += changed.count
        let after = try await fingerprints(changed)
        for trace in changed {
            if after[trace.id] == trace.fingerprint {
                tally.verified += 1
            } else {
                differences.append("traces \(trace.id)")
            }
        }
    }

    private func fingerprints(_ traces: [SourceTrace]) async throws -> [String: String] {
        let found = try await target.traces(traces.map(\.id))
        return Dictionary(found.map { ($0.id, $0.fingerprint) }, uniquingKeysWith: { first, _ in first })
    }
}
