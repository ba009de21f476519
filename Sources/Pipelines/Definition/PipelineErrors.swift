import Primitives

extension ErrorCode {
    /// The definition is not YAML at all.
    package static let pipelineSyntax = ErrorCode("pipeline_syntax", .invalidArgument)
    /// The definition is larger than 1 MiB.
    package static let pipelineTooLarge = ErrorCode("pipeline_too_large", .tooLarge)
    /// More tasks, parameters, inputs or outputs than the stated bound.
    package static let pipelineTooMany = ErrorCode("pipeline_too_many", .tooLarge)
    /// A key that the format does not have.
    package static let pipelineUnknownKey = ErrorCode("pipeline_unknown_key", .invalidArgument)
    /// A key that the format needs is absent.
    package static let pipelineMissingKey = ErrorCode("pipeline_missing_key", .invalidArgument)
    /// A value of another type than the format needs.
    package static let pipelineWrongType = ErrorCode("pipeline_wrong_type", .invalidArgument)
    /// A number outside its bounds, or a name or path that breaks the rules.
    package static let pipelineInvalidValue = ErrorCode("pipeline_invalid_value", .invalidArgument)
    /// Two things of one kind have one name.
    package static let pipelineDuplicateName = ErrorCode("pipeline_duplicate_name", .invalidArgument)
    /// Tasks that wait for each other.
    package static let pipelineCycle = ErrorCode("pipeline_cycle", .invalidArgument)
    /// `${inputs.x}` without an input `x`.
    package static let pipelineUndefinedInput = ErrorCode("pipeline_undefined_input", .invalidArgument)
    /// `${outputs.x}`, or an input bound to an output, that the task does not declare.
    package static let pipelineUndefinedOutput = ErrorCode("pipeline_undefined_output", .invalidArgument)
    /// A reference to a task that is not there.
    package static let pipelineUndefinedTask = ErrorCode("pipeline_undefined_task", .invalidArgument)
    /// `${params.x}` without a parameter `x`.
    package static let pipelineUndefinedParameter = ErrorCode("pipeline_undefined_parameter", .invalidArgument)
    /// `${something.x}` that is none of params, inputs and outputs.
    package static let pipelineUndefinedReference = ErrorCode("pipeline_undefined_reference", .invalidArgument)
    /// A `when:` that is no condition, or looks at what is not there.
    package static let pipelineInvalidCondition = ErrorCode("pipeline_invalid_condition", .invalidArgument)
    /// A pool that the server does not have.
    package static let pipelineUndefinedPool = ErrorCode("pipeline_undefined_pool", .failedPrecondition)
    /// A code path that is not there, or whose digest was not handed over.
    package static let pipelineCodeMissing = ErrorCode("pipeline_code_missing", .invalidArgument)
    /// No pipeline has the name.
    package static let pipelineNotFound = ErrorCode("pipeline_not_found", .notFound)
    /// No run has the id.
    package static let pipelineRunNotFound = ErrorCode("pipeline_run_not_found", .notFound)
    /// The run has no such task.
    package static let pipelineTaskNotFound = ErrorCode("pipeline_task_not_found", .notFound)
    /// The run is over and cannot be cancelled.
    package static let pipelineRunFinished = ErrorCode("pipeline_run_finished", .failedPrecondition)
    /// The run's tasks were not over at its deadline.
    package static let pipelineDeadlineExceeded = ErrorCode("deadline_exceeded", .failedPrecondition)
    /// The run is not over yet.
    package static let pipelineRunUnfinished = ErrorCode("pipeline_run_unfinished", .failedPrecondition)
    /// Nothing of the run is to run again.
    package static let pipelineRerunEmpty = ErrorCode("pipeline_rerun_empty", .failedPrecondition)
    /// Another engine leads the run, and begins its tasks again.
    package static let pipelineRerunEngine = ErrorCode("pipeline_rerun_engine", .failedPrecondition)
    /// No verification of the run has the id.
    package static let verificationNotFound = ErrorCode("verification_not_found", .notFound)
    /// As many verifications wait as may.
    package static let verificationBusy = ErrorCode("verification_busy", .resourceExhausted)
    /// Another server has taken over the pipelines of the database.
    package static let engineSuperseded = ErrorCode("engine_superseded", .unavailable)
    /// An idempotency key that was used with other parameters.
    package static let idempotencyMismatch = ErrorCode("idempotency_mismatch", .conflict)
    /// A parameter that the pipeline does not have.
    package static let parameterUnknown = ErrorCode("parameter_unknown", .invalidArgument)
    /// A parameter without default and without value.
    package static let parameterMissing = ErrorCode("parameter_missing", .invalidArgument)
    /// A parameter's value is of another type.
    package static let parameterType = ErrorCode("parameter_type", .invalidArgument)
}

extension ErrorCode {
    /// A task's process ended with a status other than 0, or by a signal.
    package static let taskFailed = ErrorCode("task_failed", .failedPrecondition)
    /// A task ended well but did not write an output that it declares.
    package static let taskOutputMissing = ErrorCode("task_output_missing", .failedPrecondition)
    /// An output that cannot be kept: a link, a device, a path that leaves the folder.
    package static let taskOutputInvalid = ErrorCode("task_output_invalid", .failedPrecondition)
    /// A task ran past its timeout and was ended.
    package static let taskTimeout = ErrorCode("task_timeout", .failedPrecondition)
    /// A task wrote more log than the bound and was ended.
    package static let taskLogTooLarge = ErrorCode("task_log_too_large", .failedPrecondition)
    /// A task's process vanished with the server too often.
    package static let taskLost = ErrorCode("task_lost", .unavailable)
    /// The Python environment of a task's lock file could not be built.
    package static let taskEnvironmentFailed = ErrorCode("task_environment_failed", .failedPrecondition)
    /// The machine does not allow what the task's `network:` asks for.
    package static let taskNetworkUnsupported = ErrorCode("task_network_unsupported", .failedPrecondition)
    /// More elements than a mapped task takes.
    package static let mapTooLarge = ErrorCode("map_too_large", .tooLarge)
    /// What a task is mapped over is no list or no folder.
    package static let mapSourceInvalid = ErrorCode("map_source_invalid", .failedPrecondition)
    /// Instances of a mapped task failed.
    package static let taskInstancesFailed = ErrorCode("task_instances_failed", .failedPrecondition)
    /// Another engine cannot run what the pipeline has.
    package static let pipelineNotExportable = ErrorCode("pipeline_not_exportable", .failedPrecondition)
    /// A task's condition cannot be decided from the values that it looks at.
    package static let taskConditionFailed = ErrorCode("task_condition_failed", .failedPrecondition)
    /// The machine could not start a process.
    package static let taskStartFailed = ErrorCode("task_start_failed", .resourceExhausted)
}
