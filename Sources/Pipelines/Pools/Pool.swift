import Primitives
import Storage

/// Named slots that tasks of all runs share: a task of a pool runs only while it holds one.
package struct Pool: Sendable, Hashable {
    /// The most slots of one pool.
    package static let maximumSlots = 1_000
    /// The most pools.
    package static let maximumPools = 256

    /// Its name.
    package let name: String
    /// How many of its tasks may run at one time; with 0 none begins.
    package let slots: Int
    /// How many run now.
    package let used: Int
}

extension PipelineStore {
    /// Every pool by name, with how many of its slots are held.
    package func pools() async throws -> [Pool] {
        try await database.read { reader in
            try reader.query(
                """
                SELECT p.name, p.slots, (SELECT COUNT(*) FROM pipeline_task t JOIN pipeline_run r ON r.id = t.run_id
                    WHERE r.state = 'running' AND t.state = 'running' AND t.pool = p.name AND t.map_size IS NULL) AS used
                FROM pipeline_pool p ORDER BY p.name
                """
            ).map { row in
                Pool(
                    name: try row.text("name"),
                    slots: Int(try row.integer("slots")),
                    used: Int(try row.integer("used"))
                )
            }
        }
    }

    static func slots(in reader: any SQLReader) throws -> [String: Int] {
        let rows = try reader.query("SELECT name, slots FROM pipeline_pool")
        return Dictionary(
            try rows.map { (try $0.text("name"), Int(try $0.integer("slots"))) },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension PipelineEngine {
    /// Makes a pool, or gives it another size. Tasks that run keep their slots; fewer slots mean that none begins until
    /// enough have ended.
    ///
    /// - Throws: `invalid_name`, `invalid_argument` for a size from 0 to 1,000 that it is not, `pipeline_too_many`.
    package nonisolated func setPool(_ name: String, slots: Int, actor: String) async throws {
        let name = try Name.check(name, what: "pool"), now = clock.now()
        guard (0...Pool.maximumSlots).contains(slots) else {
            throw PlatformError(
                .invalidArgument,
                "A pool has from 0 to \(Pool.maximumSlots) slots, not \(slots).",
                context: ["pool": name]
            )
        }
        try await database.write { transaction in
            let known = try PipelineStore.slots(in: transaction)
            guard known[name] != nil || known.count < Pool.maximumPools else {
                throw PlatformError(.pipelineTooMany, "There are \(Pool.maximumPools) pools already.")
            }
            try transaction.execute(
                """
                INSERT INTO pipeline_pool (name, slots, actor, changed_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET slots = excluded.slots, actor = excluded.actor,
                    changed_at = excluded.changed_at
                """,
                [.text(name), .integer(Int64(slots)), .text(actor), .time(now)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "pipeline.pool.set",
                    subject: "pipeline-pool/\(name)",
                    actor: actor,
                    body: ["slots": .integer(Int64(slots))]
                )
            )
        }
        mailbox.post(.wake)
    }
}

extension PipelineDefinition {
    /// Every pool that a task names must be there: a task of one that is not would wait for ever.
    ///
    /// - Throws: `pipeline_undefined_pool`.
    func check(pools known: [String: Int]) throws {
        for task in tasks {
            guard let pool = task.pool, known[pool] == nil else { continue }
            throw PlatformError(
                .pipelineUndefinedPool,
                "Task '\(task.name)' needs a slot of the pool '\(pool)', which is not there.",
                nextStep: "Make it: aku pipelines pools set \(pool) --slots 1.",
                context: ["task": task.name, "pool": pool]
            )
        }
    }
}
