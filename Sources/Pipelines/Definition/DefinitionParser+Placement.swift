import Foundation
import Primitives
import Yams

extension DefinitionParser {
    static let resourceKeys = ["cpu", "memory", "gpu", "queue"]

    /// An executor by name.
    mutating func executor(_ node: Node, of what: String) -> ExecutorKind? {
        guard let text = reader.text(node, of: "'executor' of \(what)") else { return nil }
        guard let kind = ExecutorKind(rawValue: text) else {
            reader.note(
                .pipelineInvalidValue,
                "'\(text.prefix(40))' is no executor.",
                nextStep: Suggestion.phrase(for: text, among: ExecutorKind.allCases.map(\.rawValue)),
                at: node
            )
            return nil
        }
        return kind
    }

    /// Where a task runs: its own word, the pipeline's, or a container when it has an image and a process when not.
    mutating func placement(_ values: [String: Node], task: String) -> Placement {
        let image = values["image"].flatMap { self.image($0, task: task) }
        let own = values["executor"].flatMap { executor($0, of: "task '\(task)'") }
        let kind = own ?? standardExecutor ?? (values["image"] == nil ? .process : .container)
        let resources = values["resources"].map { self.resources($0, task: task) } ?? .none
        guard let place = values["executor"] ?? values["image"] ?? taskNodes[task] else {
            return Placement(executor: kind, image: image, resources: resources)
        }
        if kind.takesImage, values["image"] == nil {
            reader.note(
                .pipelineMissingKey,
                "Task '\(task)' runs on the executor '\(kind.rawValue)' and has no 'image'.",
                nextStep: "Write image: NAME@sha256:DIGEST.",
                at: place
            )
        } else if !kind.takesImage, let node = values["image"] {
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' has an image, and the executor '\(kind.rawValue)' runs none.",
                nextStep: "Write executor: container or kubernetes, or take the image away.",
                at: node
            )
        }
        if kind != .process, let node = values["map"] {
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' is mapped, and its instances run as processes only, not on '\(kind.rawValue)'.",
                nextStep: "Take 'map' away, or write executor: process.",
                at: node
            )
        }
        if let node = values["resources"] { check(resources, kind, task, node) }
        return Placement(executor: kind, image: image, resources: resources)
    }

    /// A tag may name another image tomorrow, so that only a digest says what a task ran in.
    private mutating func image(_ node: Node, task: String) -> String? {
        guard let text = reader.text(node, of: "the image of task '\(task)'") else { return nil }
        guard text.utf8.count <= 512, text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\/:-]*@sha256:[0-9a-f]{64}/) != nil
        else {
            reader.note(
                .pipelineInvalidValue,
                "The image of task '\(task)' is '\(text.prefix(200))', which is not given by its digest.",
                nextStep:
                    "Write NAME@sha256:DIGEST; 'podman image inspect --format {{.Digest}} NAME' prints the digest.",
                at: node
            )
            return nil
        }
        return text
    }

    private mutating func resources(_ node: Node, task: String) -> TaskResources {
        var out = TaskResources()
        for member in reader.members(node, of: "'resources' of task '\(task)'", allowed: Self.resourceKeys) ?? [] {
            let what = "'\(member.key)' of task '\(task)'"
            switch member.key {
            case "cpu": out.cpu = reader.number(member.value, of: what, in: 0.01...TaskResources.maximumCPU)
            case "gpu": out.gpu = reader.integer(member.value, of: what, in: 0...TaskResources.maximumGPU)
            case "queue": out.queue = queue(member.value, what)
            default: out.memoryBytes = memory(member.value, what)
            }
        }
        return out
    }

    private mutating func queue(_ node: Node, _ what: String) -> String? {
        guard let text = reader.text(node, of: what) else { return nil }
        guard text.wholeMatch(of: /[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?/) != nil else {
            reader.note(
                .pipelineInvalidValue,
                "\(what.prefix(1) + what.dropFirst()) is '\(text.prefix(80))', which names no queue.",
                nextStep: "Use at most 63 letters, digits, '.', '_' and '-'.",
                at: node
            )
            return nil
        }
        return text
    }

    private mutating func memory(_ node: Node, _ what: String) -> Int64? {
        guard let text = reader.text(node, of: what) else { return nil }
        guard let bytes = TaskResources.bytes(text), (1 << 20...TaskResources.maximumMemoryBytes).contains(bytes) else {
            reader.note(
                .pipelineInvalidValue,
                "\(what) is '\(text.prefix(40))'; it must be from 1MiB to 64TiB.",
                nextStep: "Write a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB, for example 16GiB.",
                at: node
            )
            return nil
        }
        return bytes
    }

    private mutating func check(_ resources: TaskResources, _ kind: ExecutorKind, _ task: String, _ node: Node) {
        if kind == .process {
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' declares resources, and a process gets none: they would not be held.",
                nextStep: "Choose the executor container, slurm or kubernetes, or take them away.",
                at: node
            )
        } else if kind == .container, resources.queue != nil {
            reader.note(
                .pipelineInvalidValue,
                "Task '\(task)' names a queue, and the executor 'container' has none.",
                nextStep: "Take 'queue' away, or choose slurm or kubernetes.",
                at: node
            )
        }
    }
}
