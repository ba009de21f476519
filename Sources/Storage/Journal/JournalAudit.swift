import Foundation
import Primitives

/// One pass over the journal's rows. After a changed entry two trees are followed, one with the stored leaf hash and
/// one with the recomputed one: whichever agrees with the checkpoints shows whether the text or the hash was changed,
/// and the entries after it are still checked.
struct JournalAudit {
    private var stored = MerkleFrontier()
    private var recomputed: MerkleFrontier?
    private var expected: Int64 = 1
    private var broken = false
    private var findings: [JournalFinding]
    private var tiles: [TileKey: Digest] = [:]
    private let end: SQLRow?
    private let checkpoints: CheckpointAudit

    private struct TileKey: Hashable {
        let level: Int64
        let position: Int64
    }

    init(tiles rows: [SQLRow], end: SQLRow?, checkpoints: CheckpointAudit) {
        self.end = end
        self.checkpoints = checkpoints
        findings = checkpoints.findings
        for row in rows {
            guard let level = try? row.integer("level"), let position = try? row.integer("position") else { continue }
            tiles[TileKey(level: level, position: position)] = Self.digest(row, "hash")
        }
    }

    /// Checks the next row in order of sequence.
    mutating func check(_ row: SQLRow) {
        guard let sequence = try? row.integer("sequence") else { return }
        if expected < sequence { missing(expected..<sequence) }
        expected = sequence + 1
        guard let leaf = try? JournalLeaf(row), let kept = Self.digest(row, "leaf_hash") else {
            broken = true
            return report(.entryChanged, sequence, "Entry \(sequence) cannot be read.")
        }
        let hash = leaf.hash
        if hash != kept {
            report(
                .entryChanged,
                sequence,
                "Entry \(sequence) is not what was appended: its text and its leaf hash disagree."
            )
            recomputed = recomputed ?? stored
        }
        if broken { return }
        recomputed?.append(hash)
        for tile in stored.append(kept) where tile.level > 0 && tile.level % MerkleProver.tileLevels == 0 {
            check(tile)
        }
        compareCheckpoint()
    }

    /// Checks the journal's end and returns the result.
    mutating func finish() -> JournalVerification {
        let entries = expected - 1
        let frontier = stored
        checkEnd(entries, frontier)
        if checkpoints.largest > entries {
            add(
                JournalFinding(
                    .truncated,
                    sequence: entries + 1,
                    checkpoint: checkpoints.largest,
                    "The journal ends at entry \(entries), but a signed checkpoint covers \(checkpoints.largest)."
                )
            )
        }
        return JournalVerification(
            entries: entries,
            checkpoints: checkpoints.count,
            root: frontier.root,
            findings: findings
        )
    }

    private mutating func checkEnd(_ entries: Int64, _ frontier: MerkleFrontier) {
        let size = (try? end?.integer("size")) ?? 0
        if size > entries, checkpoints.largest <= entries { missing(expected..<size + 1) }
        if size < entries {
            add(JournalFinding(.treeChanged, "The journal's stored size is \(size), but it has \(entries) entries."))
        }
        guard size == entries, !broken, recomputed == nil else { return }
        let roots = (try? end?.blob("roots")) ?? Data()
        if [UInt8](roots) != frontier.roots.flatMap(\.bytes) {
            add(
                JournalFinding(.treeChanged, "The stored right edge of the tree is not that of the \(entries) entries.")
            )
        }
    }

    private mutating func missing(_ range: Range<Int64>) {
        broken = true
        let name =
            range.count == 1
            ? "Entry \(range.lowerBound) is" : "Entries \(range.lowerBound)...\(range.upperBound - 1) are"
        report(.entryMissing, range.lowerBound, "\(name) missing.")
    }

    private mutating func check(_ tile: (level: Int, root: Digest)) {
        guard recomputed == nil else { return }
        let key = TileKey(level: Int64(tile.level), position: (stored.size >> Int64(tile.level)) - 1)
        guard tiles[key] != tile.root else { return }
        let first = key.position << key.level + 1
        let range = "\(first)...\(stored.size)"
        add(JournalFinding(.treeChanged, "The stored hash of entries \(range) is not that of the entries."))
    }

    private mutating func compareCheckpoint() {
        guard let root = checkpoints.stated[stored.size], root != stored.root, root != recomputed?.root else { return }
        let problem = "states another root than that of the entries up to it"
        add(
            JournalFinding(
                .checkpointBad,
                checkpoint: stored.size,
                "The checkpoint at \(stored.size) entries \(problem)."
            )
        )
    }

    private mutating func report(_ kind: JournalFinding.Kind, _ sequence: Int64, _ message: String) {
        add(JournalFinding(kind, sequence: sequence, message))
    }

    private mutating func add(_ finding: JournalFinding) {
        if findings.count < Journal.maximumFindings { findings.append(finding) }
    }

    private static func digest(_ row: SQLRow, _ column: String) -> Digest? {
        (try? row.blob(column)).flatMap { Digest(bytes: [UInt8]($0)) }
    }
}
