import Primitives

extension ErrorCode {
    /// An engine that is none of those that may run tasks for the platform.
    package static let engineUnknown = ErrorCode("engine_unknown", .invalidArgument)
    /// The run belongs to the platform's own engine, which starts its tasks itself.
    package static let pipelineRunNotExternal = ErrorCode("pipeline_run_not_external", .failedPrecondition)
    /// A task was asked for before everything that it waits for is committed.
    package static let taskUpstreamUnfinished = ErrorCode("task_upstream_unfinished", .failedPrecondition)
    /// A task was asked for that has ended without outputs already.
    package static let taskOver = ErrorCode("task_over", .failedPrecondition)
    /// The attempt is not the one on its way: a later one took its place, or the task is over.
    package static let taskAttemptSuperseded = ErrorCode("task_attempt_superseded", .conflict)
    /// The run was cancelled.
    package static let taskCancelled = ErrorCode("task_cancelled", .failedPrecondition)
}
