/// Codes of the MLflow protocol. Their names are upper case, so the server passes them through as `error_code`; their
/// kinds give the HTTP statuses that MLflow 3.17 answers with (`mlflow/exceptions.py`). Tracking and Registry share them.
extension ErrorCode {
    /// A value breaks a rule of the protocol: 400.
    package static let mlflowInvalidParameter = ErrorCode("INVALID_PARAMETER_VALUE", .invalidArgument)
    /// The name is taken: MLflow answers 400, not 409.
    package static let mlflowAlreadyExists = ErrorCode("RESOURCE_ALREADY_EXISTS", .invalidArgument)
    /// The named thing does not exist: 404.
    package static let mlflowNotFound = ErrorCode("RESOURCE_DOES_NOT_EXIST", .notFound)
    /// The thing is in a state that forbids the change: MLflow answers 500.
    package static let mlflowInvalidState = ErrorCode("INVALID_STATE", .internal)
}

extension PlatformError {
    /// `INVALID_PARAMETER_VALUE` with a message.
    package static func mlflowInvalid(_ message: String) -> PlatformError {
        PlatformError(.mlflowInvalidParameter, message)
    }

    /// `RESOURCE_DOES_NOT_EXIST` with a message.
    package static func mlflowMissing(_ message: String) -> PlatformError {
        PlatformError(.mlflowNotFound, message)
    }
}
