import Primitives

extension ErrorCode {
    /// The server was not given what the task's executor needs.
    package static let executorNotConfigured = ErrorCode("executor_not_configured", .failedPrecondition)
    /// The executor does not answer.
    package static let executorUnavailable = ErrorCode("executor_unavailable", .unavailable)
    /// The executor refused what it was asked for.
    package static let executorRefused = ErrorCode("executor_refused", .failedPrecondition)
    /// The task's image cannot be had.
    package static let imageUnavailable = ErrorCode("image_unavailable", .failedPrecondition)
    /// The attempt needed more memory than the task declares.
    package static let taskOutOfMemory = ErrorCode("task_out_of_memory", .failedPrecondition)
}
