import Foundation
import Primitives

extension PodmanExecutor {
    /// The arguments of `podman run`. The container sees its own work folder, with code and inputs that it cannot write, an
    /// empty home and temporary folder, its log, and nothing else: no network unless the task declares it, no capability, no
    /// writable root.
    func arguments(_ submission: Submission, _ folder: AttemptFolder) throws -> [String] {
        let order = submission.order, id = submission.id, resources = order.placement.resources
        try CanonicalJSON.encode(ContainerNote(order)).write(to: URL(fileURLWithPath: folder.note))
        var out = [
            "run", "--detach", "--name", Self.name(id), "--label", "\(Self.label)=\(id.text)",
            "--conmon-pidfile", folder.monitor, "--log-driver", "none", "--timeout", String(order.timeoutSeconds),
            "--init", "--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--user", "0:0",
            "--ulimit", Self.limit("nofile", RLIMIT_NOFILE, 16_384), "--ulimit",
            Self.limit("nproc", __RLIMIT_NPROC, 32_768), "--network", order.network == .any ? "host" : "none",
            "--hostname", "aku", "--tz",
            "UTC", "--workdir", "/task",
            "--stop-signal", "TERM",
        ]
        for (host, inside, mode) in [
            (folder.work, "/task", "rw"), (folder.work + "/inputs", "/task/inputs", "ro"),
            (folder.work + "/code", "/task/code", "ro"), (folder.home, "/aku/home", "rw"),
            (folder.temporary, "/tmp", "rw"), (folder.log, "/aku/log", "rw"),
        ] where FileManager.default.fileExists(atPath: host) {
            out += [
                "--mount", "type=bind,source=\(host),destination=\(inside),\(mode == "ro" ? "ro=true" : "rw=true")",
            ]
        }
        if let cpu = resources.cpu { out += ["--cpus", JSONValue.number(cpu).commandText] }
        if let memory = resources.memoryBytes {
            out += ["--memory", "\(memory)b", "--memory-swap", "\(memory)b"]
        }
        // Podman hands devices on by name, not by number (the Container Device Interface of NVIDIA's toolkit).
        if resources.gpu ?? 0 > 0 { out += ["--device", "nvidia.com/gpu=all"] }
        for (name, value) in environment(submission, folder).sorted(by: { $0.key < $1.key }) {
            out += ["--env", "\(name)=\(value)"]
        }
        let script = "umask 022\nexec </dev/null >>/aku/log 2>&1\n" + order.command
        return out + ["--entrypoint", "[\"/bin/sh\",\"-eu\",\"-c\"]", order.placement.image ?? "", script]
    }

    /// Podman's own defaults are above what an unprivileged server may set; a fixed limit is the same on every machine.
    private static func limit(_ name: String, _ resource: __rlimit_resource, _ most: rlim_t) -> String {
        var now = rlimit()
        let value = getrlimit(__rlimit_resource_t(resource.rawValue), &now) == 0 ? min(now.rlim_max, most) : most
        return "\(name)=\(value):\(value)"
    }

    /// The environment of a process, but for what is the image's own matter: its `PATH`.
    private func environment(_ submission: Submission, _ folder: AttemptFolder) -> [String: String] {
        var out = local.environment(submission.order, submission.token, folder, python: "")
        out["PATH"] = submission.order.environment["PATH"]
        out["HOME"] = "/aku/home"
        out["TMPDIR"] = "/tmp"
        out["AKU_WORK"] = "/task"
        return out
    }
}
