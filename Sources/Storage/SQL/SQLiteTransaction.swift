import Primitives

/// One writer's view inside a group: its statements, and the journal's end as the group has moved it so far.
final class SQLiteTransaction: SQLTransaction {
    private let connection: SQLiteConnection
    private let time: TimeSource
    /// Where the journal ends, counting this group's events.
    private(set) var end: JournalEnd

    init(connection: SQLiteConnection, end: JournalEnd, time: TimeSource) {
        self.connection = connection
        self.end = end
        self.time = time
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] { try connection.query(sql, arguments) }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try connection.run(sql, arguments) }

    func record(_ event: JournalEvent) throws -> Int64 {
        try end.append(event, at: time.now(), on: connection)
    }

    /// Forgets what a writer appended, after its savepoint was rolled back.
    func restore(_ earlier: JournalEnd) { end = earlier }
}
