import Foundation
import Primitives
import Storage

extension PipelineEngine {
    /// Registers a definition with its code as the next version of the pipeline. What is equal to the newest version
    /// is not
    /// registered again.
    ///
    /// - Parameters:
    ///   - source: the YAML file.
    ///   - code: one item for each code path of the definition; their objects and trees are in the object store
    /// already.
    /// - Throws: the definition's first problem; `pipeline_code_missing`; `pipeline_undefined_pool`; `object_missing`.
    package nonisolated func apply(source: String, code: [CodeItem], actor: String) async throws -> PipelineVersion {
        let definition = try PipelineDefinition(yaml: source)
        let items = try Self.check(code, definition)
        try definition.checkLocks(items)
        let record = PipelineVersion.Code(items: items, trees: try trees(definition, items))
        let digest = Digest.sha256(of: try CanonicalJSON.encode([try CanonicalJSON.text(record), source]))
        let name = definition.name, summary = definition.summary, now = clock.now(), tasks = definition.tasks.count
        return try await database.write { transaction in
            try definition.check(pools: PipelineStore.slots(in: transaction))
            let latest = try PipelineStore.version(of: name, nil, in: transaction)
            if let latest, latest.digest == digest { return latest }
            let number = Int64((latest?.version ?? 0) + 1)
            try transaction.execute(
                """
                INSERT INTO pipeline (name, latest_version, description, created_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET latest_version = excluded.latest_version,
                    description = excluded.description
                """,
                [.text(name), .integer(number), .text(summary), .time(now)]
            )
            try transaction.execute(
                """
                INSERT INTO pipeline_version (pipeline, version, digest, source, code, actor, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .text(name), .integer(number), .digest(digest), .text(source), try .json(record), .text(actor),
                    .time(now),
                ]
            )
            try ScheduleStore.register(definition, version: Int(number), at: now, in: transaction)
            try transaction.record(
                JournalEvent(
                    kind: "pipeline.applied",
                    subject: "pipeline/\(name)",
                    actor: actor,
                    body: [
                        "version": .integer(number), "digest": .string(digest.description),
                        "tasks": .integer(Int64(tasks)),
                    ]
                )
            )
            guard let version = try PipelineStore.version(of: name, Int(number), in: transaction) else {
                throw PlatformError(.internalError, "A pipeline version vanished while it was written.")
            }
            return version
        }
    }

    private static func check(_ code: [CodeItem], _ definition: PipelineDefinition) throws -> [CodeItem] {
        let paths = definition.codePaths
        for path in paths where !code.contains(where: { $0.path == path }) {
            throw PlatformError(
                .pipelineCodeMissing,
                "The code '\(path)' was not uploaded.",
                nextStep: "Use 'aku pipelines apply FILE', which uploads what the file names.",
                context: ["path": path]
            )
        }
        let items = code.filter { paths.contains($0.path) }
        return Dictionary(items.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }).values.sorted {
            $0.path < $1.path
        }
    }

    /// One tree a task, in which each of its code paths is a top folder or file; equal lists share a tree.
    private nonisolated func trees(_ definition: PipelineDefinition, _ items: [CodeItem]) throws -> [String: Digest] {
        var known: [[String]: Digest] = [:]
        var out: [String: Digest] = [:]
        for task in definition.tasks {
            let paths = definition.codePaths(of: task).sorted()
            if paths.isEmpty { continue }
            let digest =
                try known[paths] ?? objects.put(tree: combined(items.filter { paths.contains($0.path) })).digest
            known[paths] = digest
            out[task.name] = digest
        }
        return out
    }

    private nonisolated func combined(_ items: [CodeItem]) throws -> Tree {
        try Tree(
            entries: items.flatMap { item -> [TreeEntry] in
                switch item.kind {
                case .file:
                    [
                        TreeEntry(
                            path: item.name,
                            digest: item.digest,
                            size: try objects.size(item.digest),
                            executable: false
                        )
                    ]
                case .tree:
                    try objects.tree(item.digest).entries.filter(Self.isSource).map { entry in
                        TreeEntry(
                            path: "\(item.name)/\(entry.path)",
                            digest: entry.digest,
                            size: entry.size,
                            executable: entry.executable
                        )
                    }
                }
            }
        )
    }

    /// What tools leave beside sources must not change a task's identity.
    private static func isSource(_ entry: TreeEntry) -> Bool {
        let parts = entry.path.split(separator: "/")
        return !parts.contains { ["__pycache__", ".git", ".pytest_cache", ".DS_Store"].contains($0) }
            && !entry.path.hasSuffix(".pyc")
    }
}
