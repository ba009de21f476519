import Primitives

extension ErrorCode {
    /// `uses:` names no operator.
    package static let pipelineUndefinedOperator = ErrorCode("pipeline_undefined_operator", .invalidArgument)
    /// An operator, or a version of one, that the program which is to run it does not have.
    package static let builtinUnknown = ErrorCode("builtin_unknown", .failedPrecondition)
    /// An argument of an operator that is wrong once the run's parameters stand in it.
    package static let builtinArgumentInvalid = ErrorCode("builtin_argument_invalid", .failedPrecondition)
    /// An input that the operator cannot work on.
    package static let builtinInputInvalid = ErrorCode("builtin_input_invalid", .failedPrecondition)
    /// No file of the input has a path that matches.
    package static let builtinNoMatch = ErrorCode("builtin_no_match", .failedPrecondition)
    /// A number does not hold what `assert` asks for.
    package static let assertionFailed = ErrorCode("assertion_failed", .failedPrecondition)
}
