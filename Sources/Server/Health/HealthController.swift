import Foundation
import Hummingbird
import Primitives
import WireAPI

/// `/healthz` (the process answers), `/readyz` (every part can work) and `/metrics` (Prometheus text).
package struct HealthController: Sendable {
    /// One named check of readiness; it throws when the part cannot work.
    package struct Check: Sendable {
        /// The part's name.
        package let name: String
        /// Throws when it cannot work.
        package let run: @Sendable () async throws -> Void

        /// Makes a check.
        package init(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let checks: [Check]
    private let metrics: [@Sendable () async -> String]
    private let started = Date()

    /// - Parameter metrics: parts of the Prometheus text, each ending with a line break.
    package init(checks: [Check], metrics: [@Sendable () async -> String]) {
        self.checks = checks
        self.metrics = metrics
    }

    /// Declares the three routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.get, "/healthz", permission: .open, errors: .platform) { _ in .text("ok\n") }
        routes.raw(.get, "/readyz", permission: .open, errors: .platform) { _ in try await ready() }
        routes.raw(.get, "/metrics", permission: .open, errors: .platform) { _ in
            var text = processText()
            for part in metrics { text += await part() }
            return .text(text, contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private func ready() async throws -> Response {
        var states: [String: JSONValue] = [:]
        var isReady = true
        for check in checks {
            do {
                try await check.run()
                states[check.name] = "ok"
            } catch {
                isReady = false
                states[check.name] = .string("\(error)")
            }
        }
        return try .json(
            ["ready": .bool(isReady), "parts": .object(states)] as [String: JSONValue],
            status: isReady ? .ok : .serviceUnavailable
        )
    }

    private func processText() -> String {
        let resident = ProcFile.kibibytes("VmRSS", in: "/proc/self/status")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        return """
            # HELP aku_build_info The version that runs.
            # TYPE aku_build_info gauge
            aku_build_info{version="\(Release.version)"} 1
            # HELP process_resident_memory_bytes Resident memory.
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes \((resident ?? 0) * 1024)
            # HELP process_open_fds Open file descriptors.
            # TYPE process_open_fds gauge
            process_open_fds \(files)
            # HELP process_uptime_seconds Seconds since the server was put together.
            # TYPE process_uptime_seconds gauge
            process_uptime_seconds \(Date().timeIntervalSince(started))

            """
    }
}
