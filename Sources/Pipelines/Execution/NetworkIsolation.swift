import CSpawn
import Foundation
import Primitives
import Synchronization

/// Cuts a task's network: its process starts in a network namespace (namespaces(7)) of its own. The program's own
/// executable is the launcher (see `aku_launch.h`), so that nothing else need be installed and the server never forks.
final class NetworkIsolation: Sendable {
    /// This program, whatever became of its file since it was started.
    static let program = "/proc/self/exe"
    private let known = Mutex<Bool?>(nil)

    /// What comes before a task's command; nothing where it reaches everything.
    ///
    /// - Parameter server: the server's address.
    /// - Throws: `task_network_unsupported`.
    func launcher(_ access: NetworkAccess, server: String) throws -> [String] {
        if access == .any { return [] }
        guard isAvailable() else {
            throw PlatformError(
                .taskNetworkUnsupported,
                "The task declares 'network: \(access.rawValue)', but this machine allows no network namespace.",
                nextStep: "Allow user namespaces (sysctl kernel.unprivileged_userns_clone, or the container's "
                    + "security options), or declare 'network: any'.",
                context: ["network": access.rawValue]
            )
        }
        if access == .none { return [AKU_LAUNCHER, "none", "-", "-"] }
        guard let url = URL(string: server), let port = url.port, let host = Self.loopback(url.host ?? "") else {
            throw PlatformError(
                .taskNetworkUnsupported,
                "The task declares 'network: platform', but the server's address \(server) is not a loopback one.",
                nextStep: "Start the server with --host 127.0.0.1 or 0.0.0.0, or declare 'network: any'.",
                context: ["network": access.rawValue]
            )
        }
        return [AKU_LAUNCHER, "platform", host, String(port)]
    }

    /// Tried once.
    private func isAvailable() -> Bool {
        known.withLock { known in
            if let known { return known }
            let order = ProcessOrder(
                command: "true",
                environment: [:],
                folder: "/",
                log: "/dev/null",
                launcher: [AKU_LAUNCHER, "none", "-", "-"]
            )
            var status: Int32 = -1
            if let child = try? ChildProcess.start(order) {
                while waitpid(child.id, &status, 0) == -1, errno == EINTR {}
            }
            known = status == 0
            return status == 0
        }
    }

    private static func loopback(_ host: String) -> String? {
        if host == "localhost" || host == "0.0.0.0" { return "127.0.0.1" }
        return host.hasPrefix("127.") ? host : nil
    }
}
