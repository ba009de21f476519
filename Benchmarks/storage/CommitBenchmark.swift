import Foundation
import GRDB
import GRDBSQLite
import Primitives
import Storage

/// Durable writes a second: a row and its journal event, by 1, 8 and 64 writers that each wait for their own commit.
/// Beside it the bare rate of SQLite on the same disk in the same run: one prepared INSERT of the same row in a
/// transaction of its own, WAL, `synchronous=FULL`, one thread in a loop. The two alternate, so that both see the same
/// machine.
struct CommitBenchmark {
    private static let rounds = 5
    private static let secondsARound = 1.5
    private static let table = """
        CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value REAL NOT NULL) STRICT
        """
    private static let insert = "INSERT INTO item (name, value) VALUES (?, ?)"

    let folder: String

    func run() async throws -> [Claim] {
        let database = try SQLiteDatabase.open(path: folder + "/ours.sqlite")
        _ = try await database.write { try $0.execute(Self.table) }
        let bare = try Self.bareConnection(folder + "/bare.sqlite")
        var peer: [Double] = []
        var ours: [Int: [Double]] = [:]
        for _ in 0..<Self.rounds {
            peer.append(try await bareRate(bare))
            for writers in [1, 8, 64] { ours[writers, default: []].append(try await rate(database, writers)) }
        }
        return [1, 8, 64].map { writers in
            let name = "durable writes with \(writers) \(writers == 1 ? "writer" : "writers"), row and journal event"
            return Claim(name, ours: median(ours[writers] ?? []), peer: median(peer), unit: "writes/s")
        }
    }

    private func rate(_ database: SQLiteDatabase, _ writers: Int) async throws -> Double {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(Self.secondsARound)
        let start = clock.now
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var count = 0
                    while clock.now < end {
                        let value = Double(count)
                        try await database.write { transaction in
                            try transaction.execute(Self.insert, [.text("writer \(writer)"), .real(value)])
                            try transaction.record(
                                JournalEvent(kind: "item.added", subject: "item/\(writer)", actor: "benchmark")
                            )
                        }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let spent = start.duration(to: clock.now).components
        return Double(total) / (Double(spent.seconds) + Double(spent.attoseconds) / 1e18)
    }

    private static func bareConnection(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.journalMode = .wal
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { raw in
            try raw.execute(sql: "PRAGMA synchronous = FULL")
            try raw.execute(sql: table)
        }
        return queue
    }

    /// The SQLite C interface itself, without GRDB's layers in the loop.
    private func bareRate(_ queue: DatabaseQueue) async throws -> Double {
        var count = 0
        let spent = try await seconds {
            count = try await queue.writeWithoutTransaction { raw in
                let prepared = try raw.makeStatement(sql: Self.insert)
                // The handle is the statement's own: it must outlive the loop.
                defer { withExtendedLifetime(prepared) {} }
                let statement = prepared.sqliteStatement
                let end = ContinuousClock().now + .seconds(Self.secondsARound)
                var count = 0
                while ContinuousClock().now < end {
                    let result = "writer 0".withCString { name in
                        sqlite3_bind_text(statement, 1, name, -1, nil)
                        sqlite3_bind_double(statement, 2, Double(count))
                        return sqlite3_step(statement)
                    }
                    guard result == SQLITE_DONE else { throw DatabaseError(resultCode: .SQLITE_ERROR) }
                    sqlite3_reset(statement)
                    count += 1
                }
                return count
            }
        }
        return Double(count) / spent
    }
}
