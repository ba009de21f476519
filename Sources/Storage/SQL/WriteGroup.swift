import Primitives

/// One transaction shared by many writers. Each writer runs in a savepoint of its own, so that its failure undoes only
/// its own changes and events; all are answered after COMMIT has returned, which both engines do after fsync. A writer
/// that is alone needs no savepoint: its failure undoes the transaction.
///
/// A failure that ends the transaction itself (a full disk, a failed COMMIT) fails every writer of the group. Deferred
/// constraints would do so too, hence the schema has none: a test looks for them.
struct WriteGroup<Connection: EngineConnection> {
    let connection: Connection
    let time: TimeSource

    private enum Outcome {
        case accepted(answer: @Sendable () -> Void)
        case refused(any Error)
    }

    /// Runs the writers, commits, and answers each.
    ///
    /// - Returns: whether the journal grew.
    func commit(_ writers: [PendingWrite]) -> Bool {
        var outcomes: [Outcome] = []
        do {
            try connection.begin()
            let start = try JournalEnd.load(connection)
            let transaction = GroupTransaction(connection: connection, end: start, time: time)
            if writers.count == 1 {
                outcomes.append(.accepted(answer: try writers[0].run(transaction)))
            } else {
                for writer in writers { outcomes.append(try run(writer, in: transaction)) }
            }
            if transaction.end.size > start.size { try transaction.end.save(on: connection) }
            try connection.commit(journalGrew: transaction.end.size > start.size)
            answer(writers, outcomes)
            return transaction.end.size > start.size
        } catch {
            if connection.isInsideTransaction { try? connection.rollback() }
            fail(writers, outcomes, with: error)
            return false
        }
    }

    /// Runs one writer. Throws only when the whole transaction is lost.
    private func run(_ writer: PendingWrite, in transaction: GroupTransaction<Connection>) throws -> Outcome {
        let before = transaction.end
        try connection.openPart()
        do {
            let answer = try writer.run(transaction)
            try connection.keepPart()
            return .accepted(answer: answer)
        } catch {
            // SQLite rolls the whole transaction back by itself on some failures (SQLITE_FULL, SQLITE_IOERR).
            guard connection.isInsideTransaction else { throw error }
            try connection.undoPart()
            transaction.restore(before)
            return .refused(error)
        }
    }

    private func answer(_ writers: [PendingWrite], _ outcomes: [Outcome]) {
        for (writer, outcome) in zip(writers, outcomes) {
            switch outcome {
            case .accepted(let answer): answer()
            case .refused(let error): writer.fail(error)
            }
        }
    }

    private func fail(_ writers: [PendingWrite], _ outcomes: [Outcome], with error: any Error) {
        for (index, writer) in writers.enumerated() {
            if index < outcomes.count, case .refused(let own) = outcomes[index] {
                writer.fail(own)
            } else {
                writer.fail(error)
            }
        }
    }
}
