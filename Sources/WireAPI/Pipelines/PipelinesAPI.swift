import Primitives

/// Pipelines and their runs.
package enum PipelinesAPI {
    /// Registers a definition; its code is in the object store already.
    package static let apply = Route(
        .post,
        "/api/v1/pipelines",
        permission: .pipelinesWrite,
        maximumBodyBytes: 4 << 20,
        body: ApplyPipelineBody.self,
        reply: PipelineBody.self
    )

    /// Every pipeline by name.
    package static let list = Route(.get, "/api/v1/pipelines", permission: .pipelinesRead, reply: PipelineListBody.self)

    /// One pipeline, its newest version, or the one that `?version=` names.
    package static let show = Route(
        .get,
        "/api/v1/pipelines/{name}",
        permission: .pipelinesRead,
        reply: PipelineBody.self
    )

    /// Starts a run of the newest version.
    package static let run = Route(
        .post,
        "/api/v1/pipelines/{name}/runs",
        permission: .pipelinesRun,
        body: StartRunBody.self,
        reply: StartedRunBody.self
    )

    /// Runs, newest first; `?pipeline=`, `?before=ID` and `?limit=`.
    package static let runs = Route(
        .get,
        "/api/v1/pipeline-runs",
        permission: .pipelinesRead,
        reply: PipelineRunListBody.self
    )

    /// One run with its tasks.
    package static let runDetail = Route(
        .get,
        "/api/v1/pipeline-runs/{id}",
        permission: .pipelinesRead,
        reply: PipelineRunBody.self
    )

    /// Ends a run; nothing of it starts after the answer.
    package static let cancel = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/cancel",
        permission: .pipelinesRun,
        reply: PipelineRunBody.self
    )

    /// Runs part of an ended run again, as a new run; the rest keeps what it wrote.
    package static let rerun = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/reruns",
        permission: .pipelinesRun,
        body: RerunBody.self,
        reply: StartedRunBody.self
    )

    /// Why each task, or the one of `?task=`, was, or was not, served from the cache.
    package static let explain = Route(
        .get,
        "/api/v1/pipeline-runs/{id}/explain",
        permission: .pipelinesRead,
        reply: ExplainRunBody.self
    )

    /// Executes the tasks of a finished run again and compares their outputs; answers at once.
    package static let verify = Route(
        .post,
        "/api/v1/pipeline-runs/{id}/verifications",
        permission: .pipelinesRun,
        body: VerifyRunBody.self,
        reply: RunVerificationBody.self
    )

    /// How a verification stands, or came out.
    package static let verification = Route(
        .get,
        "/api/v1/pipeline-runs/{id}/verifications/{verification}",
        permission: .pipelinesRead,
        reply: RunVerificationBody.self
    )

    /// Instances of a mapped task that have begun; `?state=`, `?after=INDEX` and `?limit=`.
    package static let instances = Route(
        .get,
        "/api/v1/pipeline-runs/{id}/tasks/{task}/instances",
        permission: .pipelinesRead,
        reply: TaskInstancesBody.self
    )

    /// A task's log as plain text from `?offset=` bytes; `?attempt=` names an attempt other than the latest.
    package static let logPath = "/api/v1/pipeline-runs/{id}/tasks/{task}/log"
    /// The same as server-sent events: `log` with a JSON text, its id the offset to go on from; `end` when the task is over.
    package static let logStreamPath = "/api/v1/pipeline-runs/{id}/tasks/{task}/log/stream"
    /// Header of the log's answer: where to go on.
    package static let nextOffsetHeader = "Aku-Next-Offset"
    /// Header of the log's answer: `true` while more can come.
    package static let openHeader = "Aku-Log-Open"
    /// Header of the log's answer: the attempt that it belongs to.
    package static let attemptHeader = "Aku-Attempt"
}
