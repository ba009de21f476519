import Primitives

/// One writer's view inside a group: its statements, and the journal's end as the group has moved it so far.
final class GroupTransaction<Connection: EngineConnection>: SQLTransaction {
    private let connection: Connection
    private let time: TimeSource
    /// Where the journal ends, counting this group's events.
    private(set) var end: JournalEnd

    init(connection: Connection, end: JournalEnd, time: TimeSource) {
        self.connection = connection
        self.end = end
        self.time = time
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] { try connection.query(sql, arguments) }

    func execute(_ sql: String, _ arguments: [SQLValue]) throws -> Int { try connection.run(sql, arguments) }

    func record(_ event: JournalEvent) throws -> Int64 {
        try end.append(event, at: time.now(), on: connection)
    }

    /// Forgets what a writer appended, after its part was undone.
    func restore(_ earlier: JournalEnd) { end = earlier }
}
