import Foundation
import Primitives
import Synchronization

extension PostgresDatabase {
    /// A migrated database of its own on a server, dropped with the value. For tests: the first one of a process is
    /// migrated, the others are copies of it.
    package static func temporary(on server: PostgresAddress, time: TimeSource) throws -> PostgresDatabase {
        let template = try template.withLock { made in
            if let made { return made }
            let name = "aku_template_\(getpid())"
            try make(name, "DROP DATABASE IF EXISTS \(name); CREATE DATABASE \(name)", on: server)
            _ = try open(server.naming(database: name))
            made = name
            return name
        }
        let name = "aku_test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
        // One copy at a time: a template must have no other connection.
        return try copying.withLock { _ in
            try make(name, "CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy", on: server)
            return try PostgresDatabase(
                server.naming(database: name),
                time: time,
                migrations: Schema.migrations,
                onEnd: { try? make(name, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)", on: server) }
            )
        }
    }

    private static let template = Mutex<String?>(nil)
    private static let copying = Mutex(())

    /// Each statement by itself: databases are not made in a transaction.
    private static func make(_ name: String, _ statements: String, on server: PostgresAddress) throws {
        let session = try PostgresSession(server)
        for statement in statements.split(separator: ";") { try session.execute(String(statement)) }
    }
}
