import Primitives

/// Collects the checkpoints of a journal and the roots that they state.
struct CheckpointAudit {
    /// Root by size, of checkpoints whose signature is good.
    private(set) var stated: [Int64: Digest] = [:]
    private(set) var count = 0
    private(set) var findings: [JournalFinding] = []
    private let verifiers: [CheckpointVerifier]

    init(verifiers: [CheckpointVerifier]) { self.verifiers = verifiers }

    /// The largest size that a good checkpoint states.
    var largest: Int64 { stated.keys.max() ?? 0 }

    /// Adds a row of the table; its note must say what its columns say.
    mutating func add(row: SQLRow) {
        guard let size = try? row.integer("size"), let note = try? row.text("note"), let root = try? row.blob("root")
        else {
            findings.append(JournalFinding(.checkpointBad, "A row of the checkpoint table cannot be read."))
            return
        }
        add(note: note, size: size, root: Digest(bytes: [UInt8](root)), place: "in the database")
    }

    /// Adds a note of the file.
    mutating func add(note: String) { add(note: note, size: nil, root: nil, place: "in the checkpoint file") }

    private mutating func add(note: String, size: Int64?, root: Digest?, place: String) {
        count += 1
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        let named = size ?? (lines.count > 1 ? Int64(lines[1]) : nil)
        func bad(_ problem: String) {
            let name = named.map { "at \($0) entries" } ?? "number \(count)"
            findings.append(
                JournalFinding(.checkpointBad, checkpoint: named, "The checkpoint \(name) \(place) \(problem).")
            )
        }
        guard let opened = verifiers.lazy.compactMap({ $0.open(note) }).first else {
            return bad("has no good signature of a known key")
        }
        if let size, size != opened.size { return bad("says another size than its note") }
        if let root, root != opened.root { return bad("says another root than its note") }
        if let other = stated[opened.size], other != opened.root { return bad("contradicts another of the same size") }
        stated[opened.size] = opened.root
    }
}
