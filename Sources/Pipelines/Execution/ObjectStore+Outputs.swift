import Storage

extension ObjectStore {
    /// Whether the store still has an output: the object, and of a tree every file.
    func holdsAll(of output: TaskOutput) -> Bool {
        guard contains(output.digest) else { return false }
        guard output.kind == .tree else { return true }
        guard let tree = try? tree(output.digest) else { return false }
        return tree.entries.allSatisfy { contains($0.digest) }
    }
}
