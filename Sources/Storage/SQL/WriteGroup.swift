import GRDB
import Primitives

/// One transaction shared by many writers. Each writer runs in a savepoint of its own, so that its failure undoes only
/// its own changes and events; all are answered after COMMIT has returned, which with `synchronous=FULL` means after
/// fsync.
///
/// A failure that ends the transaction itself (a full disk, a failed COMMIT) fails every writer of the group. Deferred
/// constraints would do so too, hence the schema has none: a test looks for them.
struct WriteGroup {
    let connection: SQLiteConnection
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
            _ = try connection.run("BEGIN IMMEDIATE")
            let start = try JournalEnd.load(connection)
            let transaction = SQLiteTransaction(connection: connection, end: start, time: time)
            for writer in writers { outcomes.append(try run(writer, in: transaction)) }
            if transaction.end.size > start.size { try transaction.end.save(on: connection) }
            _ = try connection.run("COMMIT")
            answer(writers, outcomes)
            return transaction.end.size > start.size
        } catch {
            if connection.raw.isInsideTransaction { _ = try? connection.run("ROLLBACK") }
            fail(writers, outcomes, with: error)
            return false
        }
    }

    /// Runs one writer. Throws only when the whole transaction is lost.
    private func run(_ writer: PendingWrite, in transaction: SQLiteTransaction) throws -> Outcome {
        let before = transaction.end
        _ = try connection.run("SAVEPOINT writer")
        do {
            let answer = try writer.run(transaction)
            _ = try connection.run("RELEASE SAVEPOINT writer")
            return .accepted(answer: answer)
        } catch {
            // SQLite rolls the whole transaction back by itself on some failures (SQLITE_FULL, SQLITE_IOERR).
            guard connection.raw.isInsideTransaction else { throw error }
            _ = try connection.run("ROLLBACK TO SAVEPOINT writer")
            _ = try connection.run("RELEASE SAVEPOINT writer")
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
