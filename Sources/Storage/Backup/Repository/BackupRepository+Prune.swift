import Foundation
import Primitives

extension BackupRepository {
    /// How long a chunk that no point names waits before it is set aside, and again before it is removed: longer than any
    /// backup takes, in milliseconds.
    package static let standardGraceMilliseconds: Int64 = 24 * 3600 * 1000

    /// What a pruning found, and what it did unless it was only asked.
    package struct Pruning: Sendable, Codable {
        /// Whether anything was changed.
        package let applied: Bool
        /// Moments of the points that are kept.
        package let kept: [Timestamp]
        /// Moments of the points that were removed.
        package let removed: [Timestamp]
        /// What the kept points name.
        package var named = ObjectCount()
        /// Named by none, but new: a backup may be under way.
        package var recent = ObjectCount()
        /// Named by none: set aside now.
        package var setAside = ObjectCount()
        /// Set aside a short while ago: waits.
        package var waiting = ObjectCount()
        /// Set aside earlier and named again: brought back.
        package var restored = ObjectCount()
        /// Removed for good.
        package var freed = ObjectCount()

        enum CodingKeys: String, CodingKey {
            case applied, kept, removed, named, recent, waiting, restored, freed
            case setAside = "set_aside"
        }
    }

    /// Removes points that a rule does not keep, and in two steps with a grace period before each what no point names.
    ///
    /// However it ends, the repository is valid: points go before what they alone name, and what is set aside is still read
    /// from there. A backup that runs meanwhile is safe when it takes less than the grace period: what it writes is new, and
    /// what it only names, since an earlier point did, is at worst set aside and brought back by the next pruning.
    ///
    /// - Throws: `backup_corrupt` when a point that is kept cannot be read, so that nobody knows what it names; nothing is
    ///   removed then.
    package func pruned(
        keeping rule: KeepRule,
        apply: Bool = true,
        graceMilliseconds: Int64 = standardGraceMilliseconds,
        time: TimeSource = .system
    ) async throws -> Pruning {
        try await blocking { repository in
            try repository.prune(rule, apply, graceMilliseconds, now: time.now())
        }
    }

    private func prune(_ rule: KeepRule, _ apply: Bool, _ graceMilliseconds: Int64, now: Timestamp) throws -> Pruning {
        let backend = store.backend
        guard graceMilliseconds >= 0, !apply || graceMilliseconds >= backend.minimumGraceSeconds * 1000 else {
            throw PlatformError(
                .invalidArgument,
                "A grace period of \(graceMilliseconds / 1000) seconds is too short for this repository.",
                nextStep: "Give at least \(backend.minimumGraceSeconds) seconds."
            )
        }
        let limit = now.advanced(byMilliseconds: -graceMilliseconds)
        // The listings come before the look at the points: what is named meanwhile is seen by that look.
        var listed: [ListedObject] = []
        try backend.forEach { listed.append($0) }
        let aside = try backend.aside()
        let all = try points()
        let kept = rule.kept(of: all)
        var named: Set<Digest> = []
        for name in all where kept.contains(name) { named.formUnion(try references(of: read(name))) }
        if apply {
            for name in all where !kept.contains(name) { try files.remove(name.path) }
        }
        var result = Pruning(
            applied: apply,
            kept: all.filter(kept.contains).map(\.moment),
            removed: all.filter { !kept.contains($0) }.map(\.moment)
        )
        for object in listed {
            if named.contains(object.digest) {
                result.named.add(object.size)
            } else if try object.usedAt < limit
                && (!apply || backend.setAside(object.digest, unlessUsedSince: limit))
            {
                result.setAside.add(object.size)
            } else {
                result.recent.add(object.size)
            }
        }
        for object in aside {
            if named.contains(object.digest) {
                if apply { _ = try backend.restore(object.digest) }
                result.restored.add(object.size)
            } else if object.usedAt >= limit {
                result.waiting.add(object.size)
            } else {
                if apply { try backend.discard(object.digest) }
                result.freed.add(object.size)
            }
        }
        return result
    }

    /// What a check of a repository found.
    package struct Examination: Sendable, Codable {
        /// Moments of the points that were read.
        package var points: [Timestamp] = []
        /// Chunks and objects that were read.
        package var read = ObjectCount()
        /// What is wrong, a sentence each.
        package var problems: [String] = []
    }

    /// Reads points with everything that they name and checks every byte.
    ///
    /// - Parameter names: which points; nil for all.
    package func checked(_ names: [BackupPointName]? = nil) async throws -> Examination {
        try await blocking { try $0.check(names) }
    }

    private func check(_ names: [BackupPointName]?) throws -> Examination {
        var result = Examination()
        var seen: Set<Digest> = []
        for name in try names ?? points() {
            do {
                let point = try read(name)
                result.points.append(point.moment)
                for digest in try references(of: point).sorted() where seen.insert(digest).inserted {
                    do {
                        try store.verify(digest)
                        result.read.add(try store.size(digest))
                    } catch let error as PlatformError where [.dataLoss, .notFound].contains(error.code.kind) {
                        result.problems.append(error.message)
                    }
                }
                try examine(point)
            } catch let error as PlatformError where [.dataLoss, .notFound].contains(error.code.kind) {
                result.problems.append(error.message)
            }
        }
        return result
    }
}
