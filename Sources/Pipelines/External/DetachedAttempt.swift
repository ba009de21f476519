import Foundation
import Primitives
import Storage

/// An attempt that runs where another engine put it, by the rules of this one: the same folder, environment, bounds and
/// way of keeping outputs.
package struct DetachedAttempt: Sendable {
    /// What runs.
    package let order: AttemptOrder
    private let executor: LocalExecutor

    /// Makes the folders.
    ///
    /// - Parameter objects: holds the order's code and inputs, and gets its outputs.
    package init(_ order: AttemptOrder, objects: ObjectStore, configuration: PipelineConfiguration) throws {
        self.order = order
        let workspace = Workspace(root: configuration.workFolder)
        try workspace.prepare()
        executor = LocalExecutor(workspace: workspace, objects: objects, configuration: configuration)
    }

    /// Where the attempt's log grows.
    package var logPath: String { executor.workspace.log(order.run, order.task, order.attempt) }

    /// Runs it to its end.
    package func run(token: String?, control: AttemptControl) async -> AttemptOutcome {
        await executor.execute(order, token: token, control: control)
    }
}

extension PipelineConfiguration {
    /// Variables of whoever starts tasks that every task is handed.
    package static let passedVariables = ["OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"]
    /// Where `uv` is, what it may ask, and how.
    private static let uvVariables: Set<String> = [
        "PATH", "HOME", "XDG_CONFIG_HOME", "NETRC", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY",
        "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy",
    ]

    /// What of its own environment a program hands on to `uv`.
    package static func uvEnvironment(_ environment: [String: String]) -> [String: String] {
        environment.filter { name, _ in uvVariables.contains(name) || name.hasPrefix("UV_") }
    }

    /// The largest log that an attempt elsewhere may send, in bytes.
    package static let maximumExternalLogBytes: Int64 = 64 << 20
}
