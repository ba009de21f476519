import Foundation
import GRDB
import Primitives

/// A SQLite file of somebody else, opened for reading only: nothing in it changes, no migration runs.
package final class SQLiteFile: Sendable {
    private let queue: DatabaseQueue

    /// Opens a file.
    ///
    /// - Throws: `file_missing`, `database_corrupt` when it is no SQLite database.
    package init(path: String) throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw PlatformError(.fileMissing, "The database '\(path)' cannot be read.")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(30)
        configuration.label = "aku.foreign"
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }

    /// Runs a read on a snapshot.
    package func read<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T {
        do {
            return try await queue.read { raw in try body(SQLiteConnection(raw: raw)) }
        } catch {
            throw DatabaseFailure.translate(error)
        }
    }
}
