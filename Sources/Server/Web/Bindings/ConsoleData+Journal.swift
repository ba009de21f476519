import Primitives
import Security
import Storage

extension ConsoleData {
    /// Answers the questions about the journal.
    mutating func bind(journal log: Journal, checkpoints: CheckpointLog) {
        journal = { before, kind, subject, limit in
            guard let before else { return try await log.latest(limit: limit, kindPrefix: kind, subject: subject) }
            return try await Self.entries(before: before, kind, subject, limit, log)
        }
        journalEntry = { sequence in
            guard let entry = try await log.entries(after: sequence - 1, limit: 1).first, entry.sequence == sequence
            else {
                throw Self.missing("journal entry", String(sequence))
            }
            return entry
        }
        checkpoint = {
            try await checkpoints.latest().map {
                Console.Checkpoint(size: $0.size, root: $0.root.description, at: $0.at, keyID: $0.origin)
            }
        }
    }

    /// Walks backwards in stretches that one read can hold, at most 200 of them: 1.6 million entries.
    private static func entries(
        before: Int64,
        _ kind: String?,
        _ subject: String?,
        _ limit: Int,
        _ log: Journal
    ) async throws -> [JournalEntry] {
        let stretch: Int64 = 8192
        var found: [JournalEntry] = [], end = before
        for _ in 0..<200 where end > 1 && found.count < limit {
            let start = max(0, end - 1 - stretch)
            let part = try await log.entries(after: start, limit: Int(stretch), kindPrefix: kind, subject: subject)
            found += part.filter { $0.sequence < end }.reversed()
            end = start + 1
        }
        return Array(found.prefix(limit))
    }
}
