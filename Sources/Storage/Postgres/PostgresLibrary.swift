import CPostgres
import Foundation
import Primitives

/// libpq, opened when the first PostgreSQL database is: a platform on SQLite does not need it.
enum PostgresLibrary {
    private static let failure: String? = {
        let path = ProcessInfo.processInfo.environment["AKU_LIBPQ"] ?? "libpq.so.5"
        var message = [CChar](repeating: 0, count: 512)
        guard aku_pq_load(path, &message, message.count) != 0 else { return nil }
        return message.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }()

    /// Opens the library; later calls answer at once.
    ///
    /// - Throws: `postgres_library_missing`.
    static func load() throws {
        guard let failure else { return }
        throw PlatformError(
            .postgresLibraryMissing,
            "PostgreSQL's client library cannot be opened (\(failure)).",
            nextStep: "Run 'apt install libpq5', or name the file in AKU_LIBPQ."
        )
    }
}

extension ErrorCode {
    /// libpq is not installed.
    package static let postgresLibraryMissing = ErrorCode("postgres_library_missing", .failedPrecondition)
    /// The database server does not answer, is starting or stopping, or has no connection left.
    package static let databaseUnavailable = ErrorCode("database_unavailable", .unavailable)
    /// The database server refuses the user, the password or the database's name.
    package static let databaseRefused = ErrorCode("database_refused", .failedPrecondition)
    /// The address of a database cannot be read.
    package static let databaseAddressInvalid = ErrorCode("database_address_invalid", .invalidArgument)
    /// Text with a NUL character, which PostgreSQL cannot store.
    package static let textHasNUL = ErrorCode("text_has_nul", .invalidArgument)
    /// More readers wait than the bound allows.
    package static let readQueueFull = ErrorCode("read_queue_full", .unavailable)
}
