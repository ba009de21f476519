import Primitives

/// Which executor runs a task.
package enum ExecutorKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A process of the server's machine.
    case process
    /// A container of the server's machine, by Podman.
    case container
    /// A job of a Slurm cluster.
    case slurm
    /// A Job of a Kubernetes cluster.
    case kubernetes

    /// Whether its attempts take up the server's machine, and so one of its places.
    package var usesThisMachine: Bool { self == .process || self == .container }

    /// Whether its tasks run in an image.
    package var takesImage: Bool { self == .container || self == .kubernetes }
}

/// What a task needs of a machine. It decides where a task can run, not what it computes, so that it is no part of its
/// identity.
package struct TaskResources: Sendable, Hashable, Codable {
    /// Nothing said.
    package static let none = TaskResources()
    /// The most memory that may be asked for: 64 TiB.
    package static let maximumMemoryBytes: Int64 = 64 << 40
    /// The most processors that may be asked for.
    package static let maximumCPU = 4096.0
    /// The most accelerators that may be asked for.
    package static let maximumGPU = 1024

    /// Processors; a part of one is allowed. Nil for the executor's default.
    package var cpu: Double?
    /// Bytes of memory, a hard limit. Nil for the executor's default.
    package var memoryBytes: Int64?
    /// Accelerators.
    package var gpu: Int?
    /// Slurm's partition, or Kueue's local queue of Kubernetes.
    package var queue: String?

    /// Makes a value.
    package init(cpu: Double? = nil, memoryBytes: Int64? = nil, gpu: Int? = nil, queue: String? = nil) {
        self.cpu = cpu
        self.memoryBytes = memoryBytes
        self.gpu = gpu
        self.queue = queue
    }

    /// Bytes of `512MiB`, `16GiB`, `2GB` or a plain number; nil for anything else.
    package static func bytes(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [String: Int64] = [
            "": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "KB": 1000, "MB": 1_000_000,
            "GB": 1_000_000_000, "TB": 1_000_000_000_000,
        ]
        guard let number = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : bytes
    }
}

/// Where a task runs, and in what.
package struct Placement: Sendable, Hashable {
    /// A process of the server's machine, with no more said.
    package static let process = Placement(executor: .process, image: nil, resources: .none)

    /// Which executor.
    package let executor: ExecutorKind
    /// `NAME@sha256:DIGEST`; part of the task's identity.
    package let image: String?
    /// What it needs.
    package let resources: TaskResources

    /// Makes a placement.
    package init(executor: ExecutorKind, image: String?, resources: TaskResources) {
        self.executor = executor
        self.image = image
        self.resources = resources
    }
}
