import Primitives

/// Schedules of pipelines and backfills.
package enum SchedulesAPI {
    /// Every schedule with its next times; `?pipeline=` and `?next=`, the number of times, from 0 to 100.
    package static let list = Route(
        .get,
        "/api/v1/pipeline-schedules",
        permission: .pipelinesRead,
        reply: ScheduleListBody.self
    )

    /// Holds a schedule still.
    package static let pause = Route(
        .post,
        "/api/v1/pipelines/{name}/schedules/pause",
        permission: .pipelinesRun,
        body: ScheduleNameBody.self,
        reply: ScheduleListBody.self
    )

    /// Lets a schedule go on from now.
    package static let resume = Route(
        .post,
        "/api/v1/pipelines/{name}/schedules/resume",
        permission: .pipelinesRun,
        body: ScheduleNameBody.self,
        reply: ScheduleListBody.self
    )

    /// Runs the times of a span of the past; with `dry_run`, only says which they are.
    package static let backfill = Route(
        .post,
        "/api/v1/pipelines/{name}/backfills",
        permission: .pipelinesRun,
        body: StartBackfillBody.self,
        reply: BackfillBody.self
    )

    /// Backfills, newest first; `?pipeline=` and `?limit=`.
    package static let backfills = Route(
        .get,
        "/api/v1/pipeline-backfills",
        permission: .pipelinesRead,
        reply: BackfillListBody.self
    )

    /// One backfill with its times.
    package static let backfillDetail = Route(
        .get,
        "/api/v1/pipeline-backfills/{id}",
        permission: .pipelinesRead,
        reply: BackfillBody.self
    )

    /// Ends a backfill and the runs of it that are under way.
    package static let cancelBackfill = Route(
        .post,
        "/api/v1/pipeline-backfills/{id}/cancel",
        permission: .pipelinesRun,
        reply: BackfillBody.self
    )

    /// Goes on with a backfill that failed or was cancelled.
    package static let resumeBackfill = Route(
        .post,
        "/api/v1/pipeline-backfills/{id}/resume",
        permission: .pipelinesRun,
        reply: BackfillBody.self
    )
}
