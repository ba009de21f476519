import CSpawn
import Foundation
import Primitives
import Synchronization

/// How a task's network is cut.
struct TaskNetwork: Sendable, Hashable {
    /// What comes before the task's command.
    var launcher: [String] = []
    /// Whether the process starts in a network of its own without a launcher.
    var isCut = false
    /// What the task's log says of it.
    var remark: String?
}

/// Cuts a task's network: its process starts in a network namespace (namespaces(7)) of its own. Where the server may, the
/// thread that starts it enters the namespace for that moment. Elsewhere, and for `platform`, the program's own executable
/// is the launcher (see `aku_launch.h`), so that nothing else need be installed and the server never forks.
final class NetworkIsolation: Sendable {
    /// This program, whatever became of its file since it was started.
    static let program = "/proc/self/exe"

    private struct Means {
        var isCut = false
        var isLaunched = false
    }

    private let known = Mutex<Means?>(nil)

    /// How a task is started.
    ///
    /// - Parameter server: the server's address.
    /// - Throws: `task_network_unsupported`.
    func network(_ access: NetworkAccess, server: String) throws -> TaskNetwork {
        if access == .any { return TaskNetwork() }
        let means = means()
        switch access {
        case .platform where means.isLaunched:
            return TaskNetwork(launcher: try Self.platform(server))
        case .none, .unstated:
            if means.isCut { return TaskNetwork(isCut: true) }
            if means.isLaunched { return TaskNetwork(launcher: [AKU_LAUNCHER, "none", "-", "-"]) }
            guard access == .unstated else { break }
            return TaskNetwork(
                remark: "network: this machine allows no network namespace; the task reaches what the machine reaches"
            )
        default: break
        }
        throw PlatformError(
            .taskNetworkUnsupported,
            "The task declares 'network: \(access.rawValue)', but this machine allows no network namespace.",
            nextStep: "Allow user namespaces (sysctl kernel.unprivileged_userns_clone, or the container's "
                + "security options), or declare 'network: any'.",
            context: ["network": access.rawValue]
        )
    }

    private static func platform(_ server: String) throws -> [String] {
        guard let url = URL(string: server), let port = url.port, let host = loopback(url.host ?? "") else {
            throw PlatformError(
                .taskNetworkUnsupported,
                "The task declares 'network: platform', but the server's address \(server) is not a loopback one.",
                nextStep: "Start the server with --host 127.0.0.1 or 0.0.0.0, or declare 'network: any'.",
                context: ["network": NetworkAccess.platform.rawValue]
            )
        }
        return [AKU_LAUNCHER, "platform", host, String(port)]
    }

    /// Tried once.
    private func means() -> Means {
        known.withLock { known in
            if let known { return known }
            let launcher = [AKU_LAUNCHER, "none", "-", "-"]
            let means = Means(isCut: Self.tries(isCut: true), isLaunched: Self.tries(launcher: launcher))
            known = means
            return means
        }
    }

    private static func tries(launcher: [String] = [], isCut: Bool = false) -> Bool {
        var order = ProcessOrder(command: "true", environment: [:], folder: "/", log: "/dev/null", launcher: launcher)
        order.isCut = isCut
        guard let child = try? ChildProcess.start(order) else { return false }
        var status: Int32 = -1
        while waitpid(child.id, &status, 0) == -1, errno == EINTR {}
        return status == 0
    }

    private static func loopback(_ host: String) -> String? {
        if host == "localhost" || host == "0.0.0.0" { return "127.0.0.1" }
        return host.hasPrefix("127.") ? host : nil
    }
}
