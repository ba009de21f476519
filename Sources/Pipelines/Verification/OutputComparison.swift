import Foundation
import Primitives
import Storage

/// Compares two outputs file by file and byte by byte.
struct OutputComparison: Sendable {
    let objects: ObjectStore

    /// The first difference; nil when there is none. Reads only what differs.
    func difference(_ before: TaskOutput, _ now: TaskOutput) async throws -> OutputDifference? {
        if before.digest == now.digest, before.kind == now.kind { return nil }
        func found(_ kind: OutputDifference.Kind, _ file: String = "", _ offset: Int64? = nil, files: Int = 1)
            -> OutputDifference
        {
            OutputDifference(output: before.name, file: file, kind: kind, offset: offset, files: files)
        }
        guard before.kind == now.kind else { return found(.kind) }
        if before.kind == .file { return found(.bytes, "", try await offset(before.digest, now.digest)) }
        let old = try files(before.digest), new = try files(now.digest)
        let differing = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        guard let path = differing.min() else { return nil }
        switch (old[path], new[path]) {
        case (let left?, let right?) where left.digest != right.digest:
            return found(.bytes, path, try await offset(left.digest, right.digest), files: differing.count)
        case (_?, nil): return found(.missing, path, files: differing.count)
        case (nil, _): return found(.added, path, files: differing.count)
        default: return found(.mode, path, files: differing.count)
        }
    }

    private func files(_ tree: Digest) throws -> [String: TreeEntry] {
        Dictionary(try objects.tree(tree).entries.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The first byte that differs, reading both side by side.
    private func offset(_ before: Digest, _ now: Digest) async throws -> Int64 {
        var left = objects.stream(before).makeAsyncIterator(), right = objects.stream(now).makeAsyncIterator()
        var old = Data()[...], new = Data()[...], offset: Int64 = 0
        while true {
            if old.isEmpty { old = try await left.next() ?? Data() }
            if new.isEmpty { new = try await right.next() ?? Data() }
            let count = min(old.count, new.count)
            if count == 0 { return offset }
            if old.prefix(count) != new.prefix(count) {
                let equal = zip(old, new).prefix { $0 == $1 }.count
                return offset + Int64(equal)
            }
            old = old.dropFirst(count)
            new = new.dropFirst(count)
            offset += Int64(count)
        }
    }
}
