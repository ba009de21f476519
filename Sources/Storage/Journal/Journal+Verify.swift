import Primitives

extension Journal {
    /// The most findings that one verification lists.
    package static let maximumFindings = 1000

    /// Recomputes every leaf, the tree, and every checkpoint, and says exactly which record fails. One pass over the
    /// journal in pages, so memory stays flat.
    ///
    /// - Parameters:
    ///   - verifiers: whose signatures count; a checkpoint that none of them signed is a finding.
    ///   - checkpointFile: the file beside the table; a journal shorter than the file says was truncated.
    package func verify(verifiers: [CheckpointVerifier], checkpointFile: String?) async throws -> JournalVerification {
        let rows = try await database.read { reader in
            try reader.query("SELECT size, root, note FROM journal_checkpoint ORDER BY size")
        }
        let notes = try checkpointFile.map(CheckpointLog.notes) ?? []
        var checkpoints = CheckpointAudit(verifiers: verifiers)
        for row in rows { checkpoints.add(row: row) }
        for note in notes { checkpoints.add(note: note) }
        let (tiles, end, last) = try await database.read { reader in
            (
                try reader.query("SELECT level, position, hash FROM journal_tile"),
                try reader.first("SELECT size, roots FROM journal_end"),
                try reader.first("SELECT max(sequence) AS last FROM journal_entry")?.optionalInteger("last") ?? 0
            )
        }
        var audit = JournalAudit(tiles: tiles, end: end, checkpoints: checkpoints)
        var position: Int64 = 0
        while position < last {
            let page = try await page(after: position, upTo: last)
            guard let final = page.last else { break }
            position = try final.integer("sequence")
            for row in page { audit.check(row) }
        }
        return audit.finish()
    }

    private func page(after: Int64, upTo last: Int64) async throws -> [SQLRow] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT sequence, at, kind, subject, actor, body, leaf_hash FROM journal_entry
                WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT 1000
                """,
                [.integer(after), .integer(last)]
            )
        }
    }
}
