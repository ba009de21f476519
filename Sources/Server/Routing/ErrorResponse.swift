import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Primitives
import Serving
import WireAPI

/// The one place that turns an error into a response.
package enum ErrorResponse {
    /// The response for any error; faults of ours are logged here, where they stop.
    package static func make(_ error: any Error, style: ErrorStyle, logger: Logger) -> Response {
        let known = platformError(error)
        // A caller's deadline is no outage: gateways must be able to tell them apart.
        let status = known.code == .deadlineExceeded ? .gatewayTimeout : status(of: known.code.kind)
        if status.code >= 500 {
            logger.error("request failed", metadata: ["code": "\(known.code)", "error": "\(error)"])
        }
        if style == .grpc { return .grpc(failed: known) }
        var headers: HTTPFields = [:]
        if status == .serviceUnavailable || status == .tooManyRequests {
            headers[.retryAfter] = known.context["retry_after_seconds"] ?? "1"
        }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        let body: any Encodable & Sendable =
            switch style {
            case .platform: ErrorBody(known)
            case .mlflow: MLflowError(errorCode: mlflowCode(known.code), message: mlflowMessage(known))
            case .openInference: OpenInferenceError(error: known.description)
            case .page, .grpc: ErrorBody(known)
            }
        if style == .page { return PageResponse.failure(known, status: status) }
        return (try? .json(body, status: status, headers: headers)) ?? Response(status: .internalServerError)
    }

    /// The HTTP status of each kind of failure (RFC 9110 §15).
    package static func status(of kind: FailureKind) -> HTTPResponse.Status {
        switch kind {
        case .invalidArgument: .badRequest
        case .unauthenticated: .unauthorized
        case .permissionDenied: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .failedPrecondition: .conflict
        case .tooLarge: .contentTooLarge
        case .resourceExhausted: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .throttled: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .dataLoss: .internalServerError
        case .internal: .internalServerError
        }
    }

    private static func platformError(_ error: any Error) -> PlatformError {
        if let known = error as? PlatformError { return known }
        if let http = error as? any HTTPResponseError {
            let kind: FailureKind =
                http.status.code == 413 ? .tooLarge : http.status.code < 500 ? .invalidArgument : .internal
            return PlatformError(ErrorCode("http_\(http.status.code)", kind), "\(http)")
        }
        return PlatformError(
            .internalError,
            "The server failed; its log has the cause.",
            nextStep: "Send the log to the maintainers."
        )
    }

    /// MLflow's name for a code: its clients switch on these. A code that already is one (upper case) is kept.
    private static func mlflowCode(_ code: ErrorCode) -> String {
        if code.name.first?.isUppercase == true { return code.name }
        return switch code.kind {
        case .invalidArgument, .tooLarge: "INVALID_PARAMETER_VALUE"
        case .unauthenticated: "UNAUTHENTICATED"
        case .permissionDenied: "PERMISSION_DENIED"
        case .notFound: "RESOURCE_DOES_NOT_EXIST"
        case .conflict: "RESOURCE_ALREADY_EXISTS"
        case .failedPrecondition: "INVALID_STATE"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .throttled: "REQUEST_LIMIT_EXCEEDED"
        case .unavailable: "TEMPORARILY_UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .internal: "INTERNAL_ERROR"
        }
    }

    /// MLflow's own codes stand beside the message already; others are named in it, so that none is lost.
    private static func mlflowMessage(_ error: PlatformError) -> String {
        mlflowCode(error.code) == error.code.name ? error.message : error.description
    }

    private struct MLflowError: Encodable, Sendable {
        let errorCode: String
        let message: String
        enum CodingKeys: String, CodingKey {
            case errorCode = "error_code"
            case message
        }
    }

    private struct OpenInferenceError: Encodable, Sendable {
        let error: String
    }
}
