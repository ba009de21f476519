import Foundation
import Primitives
import Synchronization

/// Keeps the folder in front of a bucket below its bound: what was used longest ago goes first. An open file outlives its
/// name, so that nobody who reads is disturbed.
final class ObjectCache: Sendable {
    /// After a clearing this share of the bound is left, so that not every object clears again.
    private static let share = 0.9

    private let folder: ObjectFolder
    private let maximumBytes: Int64
    private let bytes: Mutex<Int64?>

    init(folder: ObjectFolder, maximumBytes: Int64) {
        self.folder = folder
        self.maximumBytes = maximumBytes
        bytes = Mutex(nil)
    }

    /// Counts a new object and makes room when there is too much.
    func added(_ object: StoredObject) throws {
        try bytes.withLock { bytes in
            if let known = bytes {
                bytes = known + object.size
            } else {
                var sum: Int64 = 0
                try folder.forEach { sum += $0.size }
                bytes = sum
            }
            guard let filled = bytes, filled > maximumBytes else { return }
            bytes = try clear(keeping: object.digest)
        }
    }

    /// - Returns: the bytes that are left.
    private func clear(keeping newest: Digest) throws -> Int64 {
        var all: [ListedObject] = []
        try folder.forEach { all.append($0) }
        var left = all.reduce(0) { $0 + $1.size }
        let goal = Int64(Double(maximumBytes) * Self.share)
        for object in all.sorted(by: { $0.usedAt < $1.usedAt }) where left > goal && object.digest != newest {
            unlink(folder.path(object.digest))
            unlink(folder.chunkPath(object.digest))
            left -= object.size
        }
        return left
    }
}

/// Lets one thread at a time fetch an object; those who wanted the same find it afterwards.
final class FetchTable: @unchecked Sendable {
    // @unchecked: `busy` is touched only while `condition` is locked.
    private let condition = NSCondition()
    private var busy: Set<Digest> = []

    func alone(_ digest: Digest, _ work: () throws -> Void) rethrows {
        condition.lock()
        while busy.contains(digest) { condition.wait() }
        busy.insert(digest)
        condition.unlock()
        defer {
            condition.lock()
            busy.remove(digest)
            condition.broadcast()
            condition.unlock()
        }
        try work()
    }
}
