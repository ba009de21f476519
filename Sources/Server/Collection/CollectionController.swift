import Primitives
import Security
import Storage
import WireAPI

/// Removes objects that nothing names, when an administrator asks.
package struct CollectionController: Sendable {
    /// The longest grace period: a year.
    private static let maximumGraceSeconds: Int64 = 366 * 24 * 3600

    private let collector: ObjectCollector

    /// Serves a collector.
    package init(collector: ObjectCollector) { self.collector = collector }

    /// Declares the route.
    package func addRoutes(to routes: RouteTable) { routes.on(CollectionAPI.collect, collect) }

    private func collect(_ call: Call, _ body: CollectionBody) async throws -> CollectionReply {
        let seconds = body.graceSeconds ?? ObjectCollector.standardGraceSeconds
        guard (0...Self.maximumGraceSeconds).contains(seconds) else {
            throw PlatformError(
                .invalidArgument,
                "The grace period is \(seconds) seconds.",
                nextStep: "Give 0 to \(Self.maximumGraceSeconds) seconds."
            )
        }
        let report = try await collector.collect(
            apply: body.apply,
            graceMilliseconds: seconds * 1000,
            actor: call.principal.name
        )
        return CollectionReply(
            applied: report.applied,
            graceSeconds: report.graceSeconds,
            stored: CollectionCount(report.stored),
            named: CollectionCount(report.named),
            recent: CollectionCount(report.recent),
            setAside: CollectionCount(report.setAside),
            waiting: CollectionCount(report.waiting),
            restored: CollectionCount(report.restored),
            removed: CollectionCount(report.removed)
        )
    }
}

extension CollectionCount {
    fileprivate init(_ count: ObjectCount) {
        self.init(objects: count.objects, bytes: count.bytes)
    }
}
