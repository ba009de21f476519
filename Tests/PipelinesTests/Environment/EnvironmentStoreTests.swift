import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Tasks with a lock file, with a stand-in for `uv` that notes what it is asked and makes what it would make.
@Suite struct EnvironmentStoreTests {
    let folder: TemporaryFolder
    let executor: LocalExecutor

    init() throws {
        folder = try TemporaryFolder()
        let bin = folder.path("python/bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        for (path, text) in [
            ("python/bin/python", "#!/bin/sh\necho server\n"),
            (
                "uv",
                """
                #!/bin/sh -eu
                echo "$@" >> \(folder.path)/calls
                if [ "$1" = venv ]; then
                    for last; do :; done
                    mkdir -p "$last/bin"; printf '#!/bin/sh\\necho built' > "$last/bin/python"
                    chmod 755 "$last/bin/python"; sleep 0.3
                else
                    for last; do :; done
                    if grep -q broken "$last"; then echo 'no such package' >&2; exit 1; fi
                fi

                """
            ),
        ] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(path)))
            chmod(folder.path(path), 0o755)
        }
        let workspace = Workspace(root: folder.path("work"))
        try workspace.prepare()
        executor = LocalExecutor(
            workspace: workspace,
            objects: try ObjectStore(root: folder.path("objects")),
            configuration: PipelineConfiguration(
                workFolder: folder.path("work"),
                pythonFolder: bin,
                akuFolder: "",
                baseURL: "http://127.0.0.1:8470",
                grace: .milliseconds(200),
                uv: folder.path("uv")
            )
        )
    }

    func run(_ lock: String?, task: String = "t", python: AttemptPython? = nil) async throws -> AttemptOutcome {
        var order = AttemptOrder(
            run: "r",
            pipeline: "p",
            task: task,
            attempt: 1,
            command: "python > outputs/o",
            code: nil,
            inputs: [:],
            outputs: ["o"],
            environment: [:],
            timeoutSeconds: 20
        )
        if let lock {
            let digest = try executor.objects.put(Data(lock.utf8)).digest
            order.python = .lock(LockFile(name: "requirements.txt", digest: digest))
        }
        if let python { order.python = python }
        return await executor.execute(order, token: nil, control: AttemptControl())
    }

    func text(_ outcome: AttemptOutcome) throws -> String {
        guard case .succeeded(let outputs) = outcome else {
            throw PlatformError(.internalError, "expected an output, got \(outcome)")
        }
        return String(decoding: try executor.objects.data(outputs[0].digest, upTo: 1 << 10), as: UTF8.self)
    }

    var calls: [String] {
        get throws {
            try String(contentsOfFile: folder.path("calls"), encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    @Test func `a lock file's environment is built once and comes first on the path`() async throws {
        #expect(try text(await run(nil)) == "server\n")
        async let one = run("a==1", task: "one")
        async let two = run("a==1", task: "two")
        #expect(try text(await one) == "built\n")
        #expect(try text(await two) == "built\n")
        #expect(try text(await run("a==1")) == "built\n")
        #expect(try calls.map { $0.split(separator: " ")[0] } == ["venv", "pip"])
        #expect(try !calls[1].contains("--require-hashes"))
        _ = try await run("a==1 --hash=sha256:00")
        #expect(try calls.count == 4)
        #expect(try calls[3].contains("--require-hashes"))
    }

    @Test func `an environment that was not finished is built anew`() async throws {
        _ = try await run("a==1")
        let root = folder.path("work/environments")
        for name in try FileManager.default.contentsOfDirectory(atPath: root) {
            try FileManager.default.removeItem(atPath: "\(root)/\(name)/aku-environment")
        }
        #expect(try text(await run("a==1")) == "built\n")
        #expect(try calls.count == 4)
    }

    @Test func `a lock file that cannot be built is the task's failure, in uv's words`() async throws {
        guard case .failed(let error) = try await run("broken==1") else {
            Issue.record("it must fail")
            return
        }
        #expect(error.code == .taskEnvironmentFailed)
        #expect(error.message.contains("no such package"))
    }

    @Test func `a task without Python does not find the server's`() async throws {
        guard case .failed = try await run(nil, python: AttemptPython.none) else {
            let text = try text(await run(nil, python: AttemptPython.none))
            #expect(text != "server\n")
            return
        }
    }
}
