import Primitives

extension ErrorCode {
    /// No endpoint has this name.
    package static let unknownEndpoint = ErrorCode("unknown_endpoint", .notFound)
    /// The endpoint is known but has no model that answers.
    package static let endpointUnavailable = ErrorCode("endpoint_unavailable", .unavailable)
    /// Every worker is busy and the queue is full: try again a little later.
    package static let queueFull = ErrorCode("queue_full", .unavailable)
    /// The answer was not ready within the request's deadline.
    package static let deadlineExceeded = ErrorCode("deadline_exceeded", .unavailable)
    /// The server is shutting down and takes no more work.
    package static let shuttingDown = ErrorCode("shutting_down", .unavailable)
    /// Another deployment of the same endpoint has not ended yet.
    package static let deployInProgress = ErrorCode("deploy_in_progress", .conflict)
    /// A text that should name a model version does not.
    package static let invalidModelReference = ErrorCode("invalid_model_reference", .invalidArgument)
    /// A request without a text.
    package static let noText = ErrorCode("no_text", .invalidArgument)
    /// A request with more texts than one may carry.
    package static let tooManyTexts = ErrorCode("too_many_texts", .tooLarge)
}
