import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Attempts that outlive the server which began them.
@Suite(.enabled(if: LocalExecutor.exitReport != nil, "needs a shell that says how it ended"))
struct AdoptionTests {
    /// Leaves what `kill -9` leaves while a task runs, its process included.
    ///
    /// - Parameter address: the server's, as the process was told it.
    private func crash(
        _ harness: EngineHarness,
        _ command: String,
        retries: Int = 0,
        address: String = "http://127.0.0.1:1"
    ) async throws -> (run: String, process: pid_t) {
        let yaml = """
            pipeline: adopted
            tasks:
              t: { run: "echo again > ${outputs.o}", outputs: [o], retries: { limit: \(retries), backoff_seconds: 0.01 } }
            """
        let engine = harness.engine()
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        let id = try await engine.start(pipeline: "adopted", reason: "", actor: "tester")
        let detail = try await engine.store.run(id)
        let run = try ActiveRun(detail, try await engine.store.version(of: "adopted", 1))
        let components = run.components(of: try #require(run.tasks["t"]), interpreter: nil)
        _ = try await harness.database.write { transaction in
            try transaction.execute(
                "UPDATE pipeline_task SET state = 'running', attempt = 1, identity = ?, components = ? WHERE run_id = ?",
                [.digest(try components.identity()), .text(try CanonicalJSON.text(components)), .text(id)]
            )
        }
        let workspace = Workspace(root: harness.folder.path("pipelines"))
        try workspace.prepare()
        let folder = workspace.attempt(id, "t", 1)
        try folder.prepare(code: nil, inputs: [:], outputs: ["x"], objects: harness.objects)
        let child = try ChildProcess.start(
            ProcessOrder(
                command: "while [ ! -e go ]; do sleep 0.01; done; " + command,
                environment: ["PATH": "/usr/bin:/bin", "AKU_WORK": folder.path],
                folder: folder.work,
                log: folder.log,
                prelude: try #require(LocalExecutor.exitReport)
            )
        )
        let ticks = try #require(ProcessTable.startTicks(child.id))
        var note = ProcessNote(process: child.id, startTicks: ticks, boot: ProcessTable.bootID())
        note.server = address
        try note.write(to: folder.note)
        #expect(FileManager.default.createFile(atPath: folder.work + "/go", contents: nil))
        return (id, child.id)
    }

    private func resume(_ harness: EngineHarness, _ id: String) async throws -> (RunDetail, String) {
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        let digest = detail.outputs["t"]?.first?.digest
        let text = try digest.map { String(decoding: try harness.objects.data($0, upTo: 100), as: UTF8.self) }
        return (detail, text ?? "")
    }

    /// Reaps what the test began, as the init of a machine would: a zombie is gone only then.
    private func reap(_ process: pid_t) {
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    @Test func `a task that runs while the server is killed goes on, and its end counts`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "sleep 0.6; echo first > outputs/o")
        let (detail, text) = try await resume(harness, id)
        reap(process)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 1))
        #expect(text == "first\n")
        #expect(try await !harness.events().contains("pipeline.task.lost t"))
        let entry = try await harness.database.read { try $0.query("SELECT run_id FROM pipeline_cache") }
        #expect(try entry.map { try $0.text("run_id") } == [id])
    }

    @Test func `a task that ended while no server was there is taken in, not begun again`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "echo first > outputs/o")
        reap(process)
        let (detail, text) = try await resume(harness, id)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 1))
        #expect(text == "first\n")
    }

    @Test func `a task that failed while no server was there uses up one of its retries`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "exit 3", retries: 1)
        reap(process)
        let (detail, text) = try await resume(harness, id)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 2))
        #expect(text == "again\n")
        #expect(try await harness.events().contains("pipeline.task.retrying t"))
    }

    @Test func `a task that was killed while no server was there is lost, through no fault of its own`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "sleep 600")
        kill(-process, SIGKILL)
        reap(process)
        let (detail, _) = try await resume(harness, id)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 2, losses: 1))
    }

    @Test func `a task that knows the server by another address is ended and begun again`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "sleep 600", address: "http://127.0.0.1:2")
        let (detail, _) = try await resume(harness, id)
        reap(process)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 2, losses: 1))
    }

    @Test func `an adopted task can be cancelled, with what it began`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "trap '' TERM; (sleep 600 & wait) & wait")
        let detail = try await harness.withEngine { engine in
            try await engine.cancel(id, actor: "tester")
            // Nobody else reaps it here, and a zombie in the group would count as alive for those who look by number.
            Thread.detachNewThread {
                var status: Int32 = 0
                waitpid(process, &status, 0)
            }
            return try await engine.waitForEnd(id)
        }
        #expect(detail.run.state == .cancelled)
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: harness.folder.path).isEmpty)
    }

    @Test func `a pause between attempts is not prolonged by a clock that was set back`() async throws {
        let harness = try EngineHarness()
        let (id, process) = try await crash(harness, "true", retries: 1)
        reap(process)
        let tomorrow = Timestamp.now().advanced(byMilliseconds: 86_400_000)
        _ = try await harness.database.write { transaction in
            try transaction.execute(
                "UPDATE pipeline_task SET state = 'retrying', retry_at = ? WHERE run_id = ?",
                [.time(tomorrow), .text(id)]
            )
        }
        let (detail, _) = try await resume(harness, id)
        #expect(detail.tasks[0].status == TaskStatus(state: .succeeded, attempt: 2))
    }
}
