import Foundation
import Logging
import Primitives

/// Which executors a server has besides the processes of its machine, as it is told at start.
package struct ExecutorSettings: Sendable, Equatable {
    /// The `podman` program; nil for no containers.
    package var podman: String?
    /// Slurm; nil where its commands are not.
    package var slurm: SlurmSettings?
    /// Kubernetes; nil when the server was told of no cluster.
    package var kubernetes: KubernetesSettings?
    /// Where jobs on other machines reach the server; nil for the address that it listens on.
    package var serverURL: String?
    /// The environment of the programs that executors call: where they are found and what they are told.
    package var environment: [String: String] = [:]

    /// Nothing but processes.
    package init() {}

    /// Variables that Podman and Slurm read, handed to them and to nothing else.
    static let passedPrefixes = ["CONTAINERS_", "STORAGE_", "SLURM_", "XDG_", "DBUS_"]

    /// Finds what the machine has.
    ///
    /// - Throws: `invalid_argument` for a Kubernetes cluster that cannot be used.
    package init(environment: [String: String]) throws {
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        self.environment = environment.filter { key, _ in
            ["HOME", "USER", "LOGNAME", "TMPDIR"].contains(key) || Self.passedPrefixes.contains { key.hasPrefix($0) }
        }
        self.environment["PATH"] = path
        self.environment["LC_ALL"] = "C.UTF-8"
        self.environment["TZ"] = "UTC"
        serverURL = environment["AKU_EXECUTOR_URL"].flatMap { $0.isEmpty ? nil : $0 }
        if ProgramRun.find("sbatch", path: path) != nil { slurm = SlurmSettings(environment: environment) }
        kubernetes = try .read(environment: environment)
        podman = ProgramRun.find("podman", path: path)
    }

    /// The executors.
    func make(_ local: LocalExecutor, logger: Logger) -> [ExecutorKind: any TaskExecutor] {
        var executors: [ExecutorKind: any TaskExecutor] = [.process: ProcessExecutor(local)]
        if let podman {
            executors[.container] = PodmanExecutor(
                local: local,
                podman: Podman(program: podman, environment: environment)
            )
        }
        if let slurm {
            executors[.slurm] = SlurmExecutor(
                slurm: Slurm(environment: environment),
                settings: slurm,
                configuration: local.configuration
            )
        }
        if let kubernetes {
            do {
                executors[.kubernetes] = KubernetesExecutor(
                    api: try KubernetesAPI(kubernetes),
                    serverURL: serverURL ?? local.configuration.baseURL
                )
            } catch {
                logger.error("the Kubernetes cluster's certificates cannot be used", metadata: ["error": "\(error)"])
            }
        }
        return executors
    }
}
