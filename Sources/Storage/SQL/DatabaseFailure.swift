import GRDB
import Primitives

extension ErrorCode {
    /// A row with this key exists already (a UNIQUE or PRIMARY KEY constraint).
    package static let uniqueViolated = ErrorCode("unique_violated", .conflict)
    /// A row refers to one that does not exist, or is still referred to.
    package static let foreignKeyViolated = ErrorCode("foreign_key_violated", .failedPrecondition)
    /// A value breaks a CHECK, NOT NULL or type rule of its table.
    package static let constraintViolated = ErrorCode("constraint_violated", .invalidArgument)
    /// Another process holds the database for longer than the busy timeout.
    package static let databaseBusy = ErrorCode("database_busy", .unavailable)
    /// The database file is damaged.
    package static let databaseCorrupt = ErrorCode("database_corrupt", .dataLoss)
    /// The engine refused a statement: a fault of ours, or of the disk.
    package static let databaseFailed = ErrorCode("database_failed", .internal)
    /// A newer version of the platform has migrated this database.
    package static let databaseNewer = ErrorCode("database_newer", .failedPrecondition)
    /// A released migration was edited after this database had run it.
    package static let migrationChanged = ErrorCode("migration_changed", .internal)
    /// More writers wait than the bound allows.
    package static let writeQueueFull = ErrorCode("write_queue_full", .unavailable)
}

/// Turns the engine's errors into the platform's.
enum DatabaseFailure {
    /// The platform's error for any error of a database call; errors that are not the engine's stay as they are.
    static func translate(_ error: any Error) -> any Error {
        guard let failure = error as? DatabaseError else { return error }
        let text = failure.message ?? "no message"
        var context = ["sqlite_code": "\(failure.extendedResultCode.rawValue)"]
        if let sql = failure.sql { context["sql"] = String(sql.prefix(400)) }
        switch failure.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            return PlatformError(.uniqueViolated, "It exists already (\(text)).", context: context)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            return PlatformError(
                .foreignKeyViolated,
                "A row that this one needs is missing (\(text)).",
                context: context
            )
        default:
            return primary(failure, text, context)
        }
    }

    private static func primary(_ failure: DatabaseError, _ text: String, _ context: [String: String]) -> PlatformError
    {
        switch failure.resultCode {
        case .SQLITE_CONSTRAINT:
            PlatformError(.constraintViolated, "A value breaks a rule of its table (\(text)).", context: context)
        case .SQLITE_FULL:
            PlatformError(
                .diskFull,
                "The disk of the data folder is full; the change was not stored.",
                nextStep: "Make room, then try again: what was acknowledged before is safe.",
                context: context
            )
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            PlatformError(
                .databaseBusy,
                "The database is locked by another process.",
                nextStep: "Try again.",
                context: context
            )
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            PlatformError(
                .databaseCorrupt,
                "The database file is damaged (\(text)).",
                nextStep: "Restore the data folder from a backup.",
                context: context
            )
        default:
            PlatformError(.databaseFailed, "The database refused a statement (\(text)).", context: context)
        }
    }
}
