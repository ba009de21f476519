import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// What the next server does with what a killed one left.
@Suite struct CrashResumeTests {
    /// Leaves what `kill -9` leaves while the second of three tasks runs: rows that say running, a live process in its
    /// own group, a note beside it, and an attempt folder.
    private func crash(_ harness: EngineHarness, ledger: String) async throws -> (run: String, process: pid_t) {
        let yaml = """
            pipeline: crash
            tasks:
              first: { run: "echo first >> \(ledger); echo 1 > ${outputs.o}", outputs: [o] }
              second: { run: "echo second >> \(ledger); cat ${inputs.i} > ${outputs.o}", inputs: { i: first.o }, outputs: [o] }
              third: { run: "echo third >> \(ledger)", after: [second] }
            """
        let engine = harness.engine()
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        let id = try await engine.start(pipeline: "crash", reason: "", actor: "tester")
        let output = try harness.objects.put(Data("1\n".utf8))
        let identity = Digest.sha256(of: Data("earlier".utf8))
        try await harness.database.write { transaction in
            try transaction.execute(
                "UPDATE pipeline_task SET state = 'succeeded', attempt = 1, identity = ? WHERE run_id = ? AND task = 'first'",
                [.digest(identity), .text(id)]
            )
            try transaction.execute(
                "INSERT INTO pipeline_output (run_id, task, name, digest, kind, bytes) VALUES (?, 'first', 'o', ?, 'file', 2)",
                [.text(id), .digest(output.digest)]
            )
            try transaction.execute(
                "UPDATE pipeline_task SET state = 'running', attempt = 1, identity = ? WHERE run_id = ? AND task = 'second'",
                [.digest(identity), .text(id)]
            )
        }
        let workspace = Workspace(root: harness.folder.path("pipelines"))
        try workspace.prepare()
        let folder = workspace.attempt(id, "second", 1)
        try folder.prepare(code: nil, inputs: [:], outputs: ["x"], objects: harness.objects)
        let child = try ChildProcess.start(
            ProcessOrder(
                command: "sleep 600; echo orphan >> \(ledger)",
                environment: ["PATH": "/usr/bin:/bin", "AKU_WORK": folder.path],
                folder: folder.work,
                log: folder.log
            )
        )
        let note = ProcessNote(
            process: child.id,
            startTicks: try #require(ProcessTable.startTicks(child.id)),
            boot: ProcessTable.bootID()
        )
        #expect(note.isAlive)
        try note.write(to: folder.note)
        return (id, child.id)
    }

    @Test func `a run goes on at the task that was running, and its process is ended first`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let (id, process) = try await crash(harness, ledger: ledger)
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(ProcessTable.startTicks(process) == nil)
        #expect(detail.run.state == .succeeded)
        #expect(detail.states == ["first: succeeded", "second: succeeded", "third: succeeded"])
        #expect(detail.tasks.map(\.status.attempt) == [1, 2, 1])
        #expect(detail.tasks.map(\.status.losses) == [0, 1, 0])
        #expect(try String(contentsOfFile: ledger, encoding: .utf8) == "second\nthird\n")
        #expect(try await harness.events().contains("pipeline.task.lost second"))
    }

    @Test func `a cancellation that was recorded before the kill holds after it`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let (id, _) = try await crash(harness, ledger: ledger)
        try await harness.engine().cancel(id, actor: "tester")
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(detail.states == ["first: succeeded", "second: cancelled", "third: cancelled"])
        #expect(!FileManager.default.fileExists(atPath: ledger))
    }

    @Test func `a shutdown in good order repeats the running task and counts nothing against it`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let yaml = """
            pipeline: slow
            tasks:
              only: { run: "echo x >> \(ledger); test $(wc -l < \(ledger)) -gt 1 || sleep 600" }
            """
        let id = try await harness.withEngine { engine in
            _ = try await engine.apply(source: yaml, code: [], actor: "tester")
            let id = try await engine.start(pipeline: "slow", reason: "", actor: "tester")
            _ = try await engine.wait(id) { _ in
                // Written, not only opened by the shell.
                FileManager.default.contents(atPath: ledger)?.isEmpty == false
            }
            return id
        }
        #expect(try await harness.engine().store.run(id).states == ["only: ready"])
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(detail.states == ["only: succeeded"])
        #expect(detail.tasks[0].status.attempt == 2)
    }

    @Test func `a process under a note's number that started at another time is left alone`() throws {
        let ticks = try #require(ProcessTable.startTicks(getpid()))
        let boot = ProcessTable.bootID()
        #expect(ProcessNote(process: getpid(), startTicks: ticks, boot: boot).isAlive)
        #expect(!ProcessNote(process: getpid(), startTicks: ticks + 1, boot: boot).isAlive)
        #expect(!ProcessNote(process: getpid(), startTicks: ticks, boot: "another boot").isAlive)
    }
}
