import Primitives

/// One follower's place in the journal: reads pages until it is level with the end, then waits for growth.
actor JournalCursor {
    /// Entries fetched at once.
    private static let page = 256

    private let journal: Journal
    private let growth: AsyncStream<Void>
    private var position: Int64
    private var ready: ArraySlice<JournalEntry> = []

    init(journal: Journal, position: Int64, growth: AsyncStream<Void>) {
        self.journal = journal
        self.position = position
        self.growth = growth
    }

    /// The next entry; nil when the follower was cancelled or the database fails.
    func next() async -> JournalEntry? {
        while !Task.isCancelled {
            if let entry = ready.popFirst() {
                position = entry.sequence
                return entry
            }
            do {
                ready = try await journal.entries(after: position, limit: Self.page)[...]
            } catch let error as PlatformError where error.code.kind == .unavailable {
                // A database server that starts again: what was appended meanwhile is read then.
                try? await Task.sleep(for: .seconds(1))
                continue
            } catch {
                return nil
            }
            if ready.isEmpty {
                var announcements = growth.makeAsyncIterator()
                guard await announcements.next() != nil else { return nil }
            }
        }
        return nil
    }
}
