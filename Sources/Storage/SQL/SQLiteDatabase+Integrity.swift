import Primitives

extension SQLiteDatabase {
    /// What SQLite's `integrity_check` finds wrong with the file; empty when it is sound. Reads the whole database.
    package func integrityProblems() async throws -> [String] {
        let rows = try await read { try $0.query("PRAGMA integrity_check(100)") }
        let texts = try rows.map { try $0.text("integrity_check") }
        return texts == ["ok"] ? [] : texts
    }
}
