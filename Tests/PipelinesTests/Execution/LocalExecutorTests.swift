import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Attempts as real processes.
@Suite struct LocalExecutorTests {
    let folder: TemporaryFolder
    let executor: LocalExecutor

    init() throws {
        folder = try TemporaryFolder()
        let workspace = Workspace(root: folder.path("work"))
        try workspace.prepare()
        executor = LocalExecutor(
            workspace: workspace,
            objects: try ObjectStore(root: folder.path("objects")),
            configuration: PipelineConfiguration(
                workFolder: folder.path("work"),
                pythonFolder: "/opt/python/bin",
                akuFolder: "/opt/aku",
                baseURL: "http://127.0.0.1:8470",
                passedEnvironment: ["OMP_NUM_THREADS": "2"],
                grace: .milliseconds(200),
                maximumLogBytes: 100_000
            )
        )
    }

    func run(
        _ command: String,
        outputs: [String] = [],
        environment: [String: String] = [:],
        timeoutSeconds: Int = 20,
        control: AttemptControl = AttemptControl()
    ) async -> AttemptOutcome {
        let order = AttemptOrder(
            run: "r",
            pipeline: "p",
            task: "t",
            attempt: 1,
            command: command,
            code: nil,
            inputs: [:],
            outputs: outputs,
            environment: environment,
            timeoutSeconds: timeoutSeconds
        )
        return await executor.execute(order, token: "secret", control: control)
    }

    func failure(_ outcome: AttemptOutcome) throws -> PlatformError {
        guard case .failed(let error) = outcome else {
            throw PlatformError(.internalError, "expected a failure, got \(outcome)")
        }
        return error
    }

    func text(of outcome: AttemptOutcome) throws -> String {
        guard case .succeeded(let outputs) = outcome, let output = outputs.first else {
            throw PlatformError(.internalError, "expected an output, got \(outcome)")
        }
        return String(decoding: try executor.objects.data(output.digest, upTo: 1 << 20), as: UTF8.self)
    }

    @Test(
        arguments: [
            ("exit 3", "The command ended with status 3.", ["exit_status": "3", "log_tail": ""]),
            (
                "echo one; echo two >&2; false", "The command ended with status 1.",
                ["exit_status": "1", "log_tail": "one\ntwo"]
            ),
            (
                "kill -SEGV $$", "The command was ended by signal 11 (Segmentation fault).",
                ["signal": "11", "log_tail": ""]
            ),
            ("echo $NOT_SET", "The command ended with status 2.", nil),
            ("no-such-program", "The command ended with status 127. The shell found no such command.", nil),
            (
                "false | true; false; echo late", "The command ended with status 1.",
                ["exit_status": "1", "log_tail": ""]
            ),
        ] as [(String, String, [String: String]?)]
    )
    func `a bad end is task_failed with status or signal and the last lines`(
        _ command: String,
        _ message: String,
        _ context: [String: String]?
    ) async throws {
        let error = try failure(await run(command))
        #expect(error.code == .taskFailed)
        #expect(error.message == message)
        if let context { #expect(error.context == context) }
    }

    @Test func `a declared output that was not written is task_output_missing`() async throws {
        let error = try failure(await run("echo x > outputs/a", outputs: ["a", "b"]))
        #expect(error.code == .taskOutputMissing)
        #expect(error.context == ["output": "b"])
    }

    @Test(arguments: [
        "ln -s /etc/passwd outputs/a", "mkfifo outputs/a", "mkdir outputs/a; ln -s ../../../.. outputs/a/up",
    ])
    func `an output that is a link, a pipe, or leads out of its folder is refused`(_ command: String) async throws {
        #expect(try failure(await run(command, outputs: ["a"])).code == .taskOutputInvalid)
    }

    @Test func `a task past its timeout is ended, its children too`() async throws {
        let start = ContinuousClock.now
        let error = try failure(await run("sleep 600 & echo waiting; wait", timeoutSeconds: 1))
        #expect(error.code == .taskTimeout)
        #expect(error.context == ["log_tail": "waiting"])
        #expect(start.duration(to: .now) < .seconds(300))
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: folder.path).isEmpty)
    }

    @Test func `a task that ignores SIGTERM is killed after the grace`() async throws {
        let error = try failure(await run("trap '' TERM; while true; do sleep 0.05; done", timeoutSeconds: 1))
        #expect(error.code == .taskTimeout)
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: folder.path).isEmpty)
    }

    @Test func `what a task leaves in the background is ended with it`() async throws {
        guard case .succeeded = await run("sleep 50 & echo gone") else {
            Issue.record("the command itself ended well")
            return
        }
        #expect(ProcessTable.processes(with: "AKU_WORK", beginning: folder.path).isEmpty)
    }

    @Test func `a log over its bound ends the task`() async throws {
        #expect(try failure(await run("while true; do echo 0123456789; done")).code == .taskLogTooLarge)
    }

    @Test func `an attempt that is stopped before its birth never runs`() async throws {
        let control = AttemptControl()
        control.stop(.cancelled)
        guard case .stopped(.cancelled) = await run("touch \(folder.path("mark"))", control: control) else {
            Issue.record("it must be stopped")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("mark")))
    }

    @Test func `the environment is clean and complete`() async throws {
        setenv("AKU_TEST_LEAK", "secret", 1)
        let lines = try text(of: await run("env | sort > outputs/e", outputs: ["e"], environment: ["DECLARED": "yes"]))
            .split(separator: "\n").map(String.init)
        let work = executor.workspace.attempt("r", "t", 1).path
        #expect(
            lines == [
                "AKU_ATTEMPT=1", "AKU_PIPELINE=p", "AKU_PIPELINE_RUN=r", "AKU_TASK=t", "AKU_TOKEN=secret",
                "AKU_URL=http://127.0.0.1:8470", "AKU_WORK=\(work)", "DECLARED=yes", "HF_HUB_OFFLINE=1",
                "HOME=\(work)/home",
                "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "MLFLOW_TRACKING_TOKEN=secret",
                "MLFLOW_TRACKING_URI=http://127.0.0.1:8470",
                "OMP_NUM_THREADS=2", "PATH=/opt/python/bin:/opt/aku:/usr/local/bin:/usr/bin:/bin", "PWD=\(work)/work",
                "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", "PYTHONUNBUFFERED=1", "SOURCE_DATE_EPOCH=315532800",
                "TMPDIR=\(work)/tmp", "TZ=UTC",
            ]
        )
    }

    @Test func `a task reads nothing, inherits no open file, leads its group and has a fixed umask`() async throws {
        // An inheritable descriptor of the server, as a careless library would leave it.
        let leak = open("/dev/null", O_RDONLY)
        defer { close(leak) }
        // Four: input, output, errors, and the folder that `ls` reads.
        let command =
            "wc -c > outputs/e; ls /proc/self/fd > fds; wc -l < fds >> outputs/e; umask >> outputs/e; "
            + "test $(cut -d' ' -f5 /proc/$$/stat) = $$ && echo leader >> outputs/e"
        #expect(
            try text(of: await run(command, outputs: ["e"])).split(separator: "\n") == ["0", "4", "0022", "leader"]
        )
    }
}
