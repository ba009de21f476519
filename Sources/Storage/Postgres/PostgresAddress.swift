import Foundation
import Primitives

/// Where a PostgreSQL database is: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`, as libpq takes it (a unix
/// socket: `postgres:///DATABASE?host=/run/postgresql`). The password never leaves the value but into libpq; it may as
/// well stand in `PGPASSWORD` or `~/.pgpass`.
package struct PostgresAddress: Sendable, Equatable {
    /// The whole address, with the password. For libpq alone.
    let text: String
    /// The address as people may see it.
    private let shown: String

    /// Whether a text names a PostgreSQL database rather than a file.
    package static func isAddress(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// Reads an address.
    ///
    /// - Throws: `database_address_invalid`, without the text, which may hold a password.
    package init(_ text: String) throws {
        guard Self.isAddress(text), !text.contains("\0"), let parts = URLComponents(string: text),
            parts.path.count > 1, parts.path.dropFirst().firstIndex(of: "/") == nil
        else {
            throw PlatformError(
                .databaseAddressInvalid,
                "The address of the database is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE.",
                nextStep: "Write characters other than letters and digits of a password as %XX."
            )
        }
        let host = parts.host ?? ""
        let socket = parts.queryItems?.first { $0.name == "host" }?.value
        let user = parts.user.map { "\($0)@" } ?? ""
        let place = host.isEmpty ? socket ?? "" : host + (parts.port.map { ":\($0)" } ?? "")
        self.text = text
        shown = "postgres://\(user)\(place)\(parts.path)"
    }

    /// The name of the database.
    package var database: String { URLComponents(string: text)?.path.dropFirst().description ?? "" }

    /// The same server and user, another database.
    package func naming(database: String) throws -> PostgresAddress {
        guard var parts = URLComponents(string: text) else { return self }
        parts.path = "/" + database
        return try PostgresAddress(parts.string ?? text)
    }
}

extension PostgresAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { shown }
    package var debugDescription: String { shown }
    package var customMirror: Mirror { Mirror(self, children: ["address": shown]) }
}
