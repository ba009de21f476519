import CPostgres
import Primitives

/// Turns PostgreSQL's errors into the platform's (appendix "PostgreSQL Error Codes" of its manual).
enum PostgresFailure {
    /// The error of a result.
    static func make(_ result: OpaquePointer?, on connection: OpaquePointer, sql: String) -> PlatformError {
        guard let result, let code = aku_pq_result_code(result).map({ String(cString: $0) }) else {
            return unavailable(text(aku_pq_error_message(connection)))
        }
        let message = text(aku_pq_result_message(result))
        var context = ["sqlstate": code, "sql": String(sql.prefix(400))]
        if let constraint = aku_pq_result_constraint(result) { context["constraint"] = String(cString: constraint) }
        return make(code: code, message, context)
    }

    /// The connection could not be made or is lost.
    static func unavailable(_ message: String) -> PlatformError {
        PlatformError(
            .databaseUnavailable,
            "The database server does not answer (\(message)).",
            nextStep: "Try again; it is looked for again by itself."
        )
    }

    /// A connection was refused: by its server, which says why in words only, or by nobody listening.
    static func connecting(_ connection: OpaquePointer, to address: PostgresAddress) -> PlatformError {
        let message = text(aku_pq_error_message(connection))
        let refusals = ["authentication failed", "does not exist", "no pg_hba.conf entry", "no password supplied"]
        let isSocket = message.contains("No such file")
        guard !isSocket, refusals.contains(where: message.contains) else {
            return PlatformError(
                .databaseUnavailable,
                "The database server of \(address) does not answer (\(message)).",
                nextStep: "Start it, or mend the address; it is looked for again by itself."
            )
        }
        return PlatformError(
            .databaseRefused,
            "The database server refuses \(address) (\(message)).",
            nextStep: "Mend user, password or name of the database in the address."
        )
    }

    private static func make(code: String, _ message: String, _ context: [String: String]) -> PlatformError {
        switch code {
        case "23505": PlatformError(.uniqueViolated, "It exists already (\(message)).", context: context)
        case "23503":
            PlatformError(.foreignKeyViolated, "A row that this one needs is missing (\(message)).", context: context)
        case "23502", "23514", "22003", "22P02", "22021", "54000":
            PlatformError(.constraintViolated, "A value breaks a rule of its table (\(message)).", context: context)
        case "53100":
            PlatformError(
                .diskFull,
                "The disk of the database server is full; the change was not stored.",
                nextStep: "Make room, then try again: what was acknowledged before is safe.",
                context: context
            )
        case "53300":
            PlatformError(
                .databaseUnavailable,
                "The database server has no connection left.",
                nextStep: "Raise max_connections, or stop what holds them; try again.",
                context: context
            )
        case "25006":
            PlatformError(
                .databaseUnavailable,
                "The database server only answers reads: it is a standby.",
                nextStep: "Name the primary in the address.",
                context: context
            )
        case "40001", "40P01", "55P03", "57014":
            PlatformError(
                .databaseBusy,
                "Another transaction was in the way (\(message)).",
                nextStep: "Try again.",
                context: context
            )
        case "XX001", "XX002":
            PlatformError(
                .databaseCorrupt,
                "The database is damaged (\(message)).",
                nextStep: "Restore it from a backup.",
                context: context
            )
        case let code where code.hasPrefix("08") || code.hasPrefix("57P"): unavailable(message)
        default: PlatformError(.databaseFailed, "The database refused a statement (\(message)).", context: context)
        }
    }

    private static func text(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no message" }
        return String(cString: message).split(separator: "\n").joined(separator: " ")
    }
}
