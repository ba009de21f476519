import Primitives
import Security
import Tracking
import WireAPI

/// Aku's own route that removes deleted runs, models and experiments for good.
package struct PurgeController: Sendable {
    private let purge: TrackingPurge

    /// Makes the controller of a purge.
    package init(purge: TrackingPurge) {
        self.purge = purge
    }

    /// Declares the route.
    package func addRoutes(to routes: RouteTable) {
        routes.on(RunsAPI.purge) { call, body in
            let actor = call.principal.name
            let report: PurgeReport
            switch (body.runs, body.olderThanSeconds) {
            case (let runs?, nil): report = try await purge.remove(runs: runs, actor: actor)
            case (nil, let seconds?) where (0...Self.maximumSeconds).contains(seconds):
                report = try await purge.remove(olderThanSeconds: seconds, actor: actor)
            default:
                throw PlatformError(
                    .invalidArgument,
                    "A purge needs either 'runs' or 'older_than_seconds', from 0 to \(Self.maximumSeconds)."
                )
            }
            return PurgeReportBody(
                runs: report.runs,
                loggedModels: report.models,
                experiments: report.experiments,
                artifacts: report.artifacts
            )
        }
    }

    /// A hundred years.
    private static let maximumSeconds: Int64 = 3_155_760_000
}
