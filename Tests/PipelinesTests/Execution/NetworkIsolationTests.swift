import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Tasks in a network of their own; not where the machine allows none.
@Suite(.enabled(if: (try? NetworkIsolation().network(.none, server: "")) != nil))
struct NetworkIsolationTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func run(_ command: String, _ network: NetworkAccess, server: String = "http://127.0.0.1:1") async throws -> String
    {
        let workspace = Workspace(root: folder.path("work"))
        try workspace.prepare()
        let executor = LocalExecutor(
            workspace: workspace,
            objects: try ObjectStore(root: folder.path("objects")),
            configuration: PipelineConfiguration(
                workFolder: folder.path("work"),
                pythonFolder: "",
                akuFolder: "",
                baseURL: server,
                grace: .milliseconds(200)
            )
        )
        var order = AttemptOrder(
            run: "r",
            pipeline: "p",
            task: "t",
            attempt: 1,
            command: command,
            code: nil,
            inputs: [:],
            outputs: ["o"],
            environment: [:],
            timeoutSeconds: 20
        )
        order.network = network
        switch await executor.execute(order, token: nil, control: AttemptControl()) {
        case .succeeded(let outputs):
            return String(decoding: try executor.objects.data(outputs[0].digest, upTo: 1 << 16), as: UTF8.self)
        case .failed(let error): throw error
        case .lost(let error): throw error
        case .stopped: throw PlatformError(.internalError, "it was stopped")
        }
    }

    static let devices = "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ' > outputs/o"

    @Test(arguments: [NetworkAccess.none, .platform, .unstated])
    func `a task whose network is cut has a loopback device and no other`(_ network: NetworkAccess) async throws {
        #expect(try await run(Self.devices, network) == "lo\n")
    }

    @Test func `a cut task leads its group, keeps its user and ends as any other`() async throws {
        let command = "test $(cut -d' ' -f5 /proc/$$/stat) = $$; id -u > outputs/o; umask >> outputs/o"
        #expect(try await run(command, .none) == "\(getuid())\n0022\n")
        await #expect { _ = try await run("exit 7", .none) } throws: { error in
            (error as? PlatformError)?.context["exit_status"] == "7"
        }
    }

    @Test func `the thread that starts a cut task stays in the machine's network`() async throws {
        let link = "/proc/thread-self/ns/net"
        let before = try FileManager.default.destinationOfSymbolicLink(atPath: link)
        var order = ProcessOrder(
            command: "readlink \(link) > \(folder.path("inside"))",
            environment: ["PATH": "/usr/bin:/bin"],
            folder: "/",
            log: "/dev/null"
        )
        let network = try NetworkIsolation().network(.none, server: "")
        (order.launcher, order.isCut) = (network.launcher, network.isCut)
        let child = try ChildProcess.start(order)
        child.waitForEnd()
        var status: Int32 = 0
        waitpid(child.id, &status, 0)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == before)
        let inside = try String(contentsOfFile: folder.path("inside"), encoding: .utf8)
        #expect(inside.hasPrefix("net:[") && inside != before + "\n")
    }

    @Test func `the server is only looked for on a loopback address`() async throws {
        await #expect { _ = try await run("true", .platform, server: "https://aku.example:8470") } throws: { error in
            (error as? PlatformError)?.code == .taskNetworkUnsupported
        }
    }
}
