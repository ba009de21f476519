import Foundation
import Primitives
import Storage

extension BuiltinRunner {
    /// `concat`: of folders the files in the order of their paths, which for what instances wrote is the order of the
    /// elements.
    func concat() throws -> [TaskOutput] {
        let patterns = arguments("match").map(Pattern.init), completesLines = arguments("lines") == ["true"]
        let writer = try objects.writer()
        defer { writer.cancel() }
        for (_, output) in inputs {
            for digest in try files(of: output, matching: patterns) {
                var last = UInt8(ascii: "\n")
                try objects.forEachBlock(of: digest) { block in
                    try goOn()
                    try writer.write(block)
                    last = block.last ?? last
                }
                if completesLines, last != UInt8(ascii: "\n") { try writer.write(Data([UInt8(ascii: "\n")])) }
            }
        }
        return output(try writer.finish())
    }

    private func files(of output: TaskOutput, matching patterns: [Pattern]) throws -> [Digest] {
        guard output.kind == .tree else { return [output.digest] }
        return try objects.tree(output.digest).entries
            .filter { entry in patterns.isEmpty || patterns.contains { $0.matches(entry.path) } }.map(\.digest)
    }

    /// `pick`: the files themselves are not touched.
    func pick() throws -> [TaskOutput] {
        let (name, source) = try input(), patterns = arguments("match").map(Pattern.init)
        guard source.kind == .tree else {
            throw invalid(
                "Input '\(name)' is a file, and 'pick' takes files of a folder.",
                nextStep: "Use it as it is."
            )
        }
        let entries = try objects.tree(source.digest).entries
        let kept = entries.filter { entry in patterns.contains { $0.matches(entry.path) } }
        guard !kept.isEmpty else {
            throw PlatformError(
                .builtinNoMatch,
                "None of the \(entries.count) files of input '\(name)' matches "
                    + arguments("match").map { "'\($0)'" }.joined(separator: ", ") + ".",
                nextStep: "Write ** to go through folders; '*' stays within one.",
                context: ["task": order.task]
            )
        }
        return output(try objects.put(tree: Tree(entries: kept)))
    }

    /// `shard`: parts with as many lines each, or one more, in the order of the file; two passes. With fewer lines than
    /// parts each line is a part.
    func shard() throws -> [TaskOutput] {
        let (name, source) = try input()
        guard source.kind == .file else {
            throw invalid(
                "Input '\(name)' is a folder, and 'shard' cuts a file.",
                nextStep: "Join its files with 'uses: concat' first."
            )
        }
        let count = Int64(arguments("count").first ?? "") ?? 1
        var (lines, last) = (Int64(0), UInt8(ascii: "\n"))
        try objects.forEachBlock(of: source.digest) { block in
            try goOn()
            lines += block.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
            last = block.last ?? last
        }
        if last != UInt8(ascii: "\n") { lines += 1 }
        let parts = ShardWriter(objects, lines: lines, parts: min(count, lines))
        try objects.forEachBlock(of: source.digest) { block in
            try goOn()
            try parts.add(block)
        }
        return output(try objects.put(tree: Tree(entries: parts.finish())))
    }
}

/// Cuts bytes that come block by block.
private final class ShardWriter {
    private let objects: ObjectStore
    private let lines: Int64
    private let parts: Int64
    private var entries: [TreeEntry] = []
    private var writer: ObjectWriter?
    /// Lines that are complete.
    private var passed: Int64 = 0

    init(_ objects: ObjectStore, lines: Int64, parts: Int64) {
        (self.objects, self.lines, self.parts) = (objects, lines, parts)
    }

    func add(_ block: UnsafeRawBufferPointer) throws {
        var begin = block.startIndex
        for index in block.indices where block[index] == UInt8(ascii: "\n") {
            passed += 1
            guard passed >= lines * (Int64(entries.count) + 1) / parts else { continue }
            try write(block[begin...index])
            begin = index + 1
            try close()
        }
        try write(block[begin...])
    }

    func finish() throws -> [TreeEntry] {
        try close()
        return entries
    }

    private func write(_ piece: Slice<UnsafeRawBufferPointer>) throws {
        if piece.isEmpty { return }
        let writer = try self.writer ?? objects.writer()
        self.writer = writer
        try writer.write(UnsafeRawBufferPointer(rebasing: piece))
    }

    private func close() throws {
        guard let writer else { return }
        self.writer = nil
        let stored = try writer.finish(), name = String(entries.count)
        entries.append(
            TreeEntry(
                path: String(repeating: "0", count: max(0, 6 - name.count)) + name,
                digest: stored.digest,
                size: stored.size,
                executable: false
            )
        )
    }
}
