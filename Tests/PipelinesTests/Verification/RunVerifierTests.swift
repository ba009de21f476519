import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Runs that are executed again.
@Suite struct RunVerifierTests {
    static let mixed = """
        pipeline: mixed
        tasks:
          good:
            run: mkdir ${outputs.o} && printf same > ${outputs.o}/a
            outputs: [o]
          clock:
            inputs: { o: good.o }
            run: |
              mkdir ${outputs.tree}
              cp ${inputs.o}/a ${outputs.tree}/a
              printf 'written at %s' $(date +%N) > ${outputs.tree}/b
              cp ${outputs.tree}/b ${outputs.tree}/c
              printf same > ${outputs.text}
            outputs: [tree, text]
          after:
            inputs: { tree: clock.tree }
            run: cat ${inputs.tree}/b > ${outputs.o}
            outputs: [o]
          effect:
            run: echo x > ${outputs.o}
            outputs: [o]
            verify: false
          gate:
            run: echo x > ${outputs.o}
            outputs: [o]
            cache: false
          server:
            run: printf x > ${outputs.o}; test -n "$AKU_URL"
            outputs: [o]
        """

    /// Runs an engine and a verifier beside it.
    func withVerifier<T: Sendable>(
        _ harness: EngineHarness,
        _ body: @Sendable @escaping (PipelineEngine, RunVerifier) async throws -> T
    ) async throws -> T {
        try await harness.withEngine { engine in
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let verifier = RunVerifier(engine: engine, logger: logger)
            let group = ServiceGroup(services: [verifier], logger: logger)
            return try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                let result = try await body(engine, verifier)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                return result
            }
        }
    }

    func finish(_ verification: RunVerification, _ verifier: RunVerifier) async throws -> RunVerification {
        for _ in 0..<3000 {
            let now = try verifier.verification(verification.id, of: verification.run)
            if now.state != .running { return now }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw PlatformError(.internalError, "the verification did not end within 30 s")
    }

    @Test func `a task that differs is named with its first file and byte, and those after it are not blamed`()
        async throws
    {
        let harness = try EngineHarness()
        let (run, done, counts) = try await withVerifier(harness) { engine, verifier in
            let run = try await harness.run(Self.mixed, on: engine)
            let before = try await Self.counts(harness)
            let done = try await finish(try await verifier.start(run: run.run.id, tasks: [], actor: "ann"), verifier)
            return (run, done, [before, try await Self.counts(harness)])
        }
        #expect(run.run.state == .succeeded)
        #expect(done.state == .different)
        #expect(
            done.tasks.map { "\($0.task): \($0.verdict.rawValue)" }.sorted() == [
                "after: same", "clock: different", "effect: skipped", "gate: skipped", "good: same", "server: failed",
            ]
        )
        let clock = try #require(done.tasks.first { $0.task == "clock" })
        let difference = try #require(clock.outputs.first)
        #expect(clock.outputs.count == 1)
        #expect((difference.output, difference.file, difference.kind, difference.files) == ("tree", "b", .bytes, 2))
        #expect((11...20).contains(difference.offset ?? 0))
        #expect(done.tasks.first { $0.task == "gate" }?.reason == "It declares 'cache: false'.")
        // Nothing was registered.
        #expect(counts[0] == counts[1])
        let event = try #require(
            try await Journal(database: harness.database)
                .latest(limit: 1, kindPrefix: "pipeline.run.verified", subject: "pipeline-run/\(run.run.id)").first?
                .event
        )
        #expect(event.actor == "ann")
        #expect(event.body["result"] == "different")
    }

    /// Rows that a verification must not add to.
    static func counts(_ harness: EngineHarness) async throws -> [Int64] {
        try await harness.database.read { reader in
            try ["pipeline_run", "pipeline_task", "pipeline_output", "pipeline_cache"].map { table in
                try reader.first("SELECT count(*) AS n FROM \(table)")?.integer("n") ?? -1
            }
        }
    }

    @Test func `a run whose tasks are deterministic is the same, linked tasks too`() async throws {
        let harness = try EngineHarness()
        let done = try await withVerifier(harness) { engine, verifier in
            _ = try await harness.run(PipelineEngineTests.chain, on: engine)
            let linked = try await harness.run(PipelineEngineTests.chain, on: engine)
            return try await finish(try await verifier.start(run: linked.run.id, tasks: [], actor: "ann"), verifier)
        }
        #expect(done.state == .same)
        #expect(done.tasks.map(\.verdict) == [.same, .same])
    }

    @Test func `one task can be asked for; one that is not there, and a run under way, are refused`() async throws {
        let harness = try EngineHarness()
        try await withVerifier(harness) { engine, verifier in
            let run = try await harness.run(Self.mixed, on: engine).run.id
            let done = try await finish(try await verifier.start(run: run, tasks: ["good"], actor: "ann"), verifier)
            #expect(done.tasks.map(\.task) == ["good"])
            #expect(done.state == .same)
            let skipped = try await finish(try await verifier.start(run: run, tasks: ["gate"], actor: "ann"), verifier)
            #expect(skipped.state == .failed)
            await #expect { _ = try await verifier.start(run: run, tasks: ["nothing"], actor: "ann") } throws: {
                ($0 as? PlatformError)?.code == .pipelineTaskNotFound
            }
            _ = try await engine.apply(
                source: "pipeline: slow\ntasks: { t: { run: sleep 5 } }",
                code: [],
                actor: "tester"
            )
            let slow = try await engine.start(pipeline: "slow", reason: "", actor: "tester")
            await #expect { _ = try await verifier.start(run: slow, tasks: [], actor: "ann") } throws: {
                ($0 as? PlatformError)?.code == .pipelineRunUnfinished
            }
            #expect(throws: PlatformError.self) { try verifier.verification("none", of: run) }
            try await engine.cancel(slow, actor: "tester")
        }
    }

    @Test(
        arguments: [
            (["a": "one"], ["a": "one"], nil), (["a": "one"], ["a": "onX"], "a bytes 2 1"),
            (["a": "one"], ["a": "on"], "a bytes 2 1"), (["a": "one", "b": "x"], ["a": "one"], "b missing - 1"),
            (["b": "x"], ["a": "one", "b": "y"], "a added - 2"),
        ] as [([String: String], [String: String], String?)]
    )
    func `the first file and byte of two trees`(
        _ before: [String: String],
        _ now: [String: String],
        _ expected: String?
    ) async throws {
        let folder = try TemporaryFolder()
        let objects = try ObjectStore(root: folder.path("objects"))
        func output(_ files: [String: String]) throws -> TaskOutput {
            let entries = try files.map { path, text in
                TreeEntry(
                    path: path,
                    digest: try objects.put(Data(text.utf8)).digest,
                    size: Int64(text.utf8.count),
                    executable: false
                )
            }
            let tree = try objects.put(tree: Tree(entries: entries.sorted { $0.path < $1.path }))
            return TaskOutput(name: "o", digest: tree.digest, kind: .tree, bytes: 0)
        }
        let found = try await OutputComparison(objects: objects).difference(output(before), output(now))
        #expect(
            found.map { "\($0.file) \($0.kind.rawValue) \($0.offset.map(String.init) ?? "-") \($0.files)" } == expected
        )
    }

    @Test func `the first byte of two large files`() async throws {
        let folder = try TemporaryFolder()
        let objects = try ObjectStore(root: folder.path("objects"))
        var data = Data(repeating: 7, count: 5 << 20)
        let before = try objects.put(data)
        data[(4 << 20) + 4321] = 8
        let now = try objects.put(data)
        func output(_ object: StoredObject) -> TaskOutput {
            TaskOutput(name: "o", digest: object.digest, kind: .file, bytes: object.size)
        }
        let found = try await OutputComparison(objects: objects).difference(output(before), output(now))
        let expected: Int64 = 4_198_625
        #expect(found?.offset == expected)
    }
}
