import Primitives

extension ErrorCode {
    /// The bucket does not answer, or answers that it cannot now: retry later.
    package static let objectStoreUnavailable = ErrorCode("object_store_unavailable", .unavailable)
    /// The bucket refuses: wrong credentials, a missing bucket, a policy.
    package static let objectStoreRefused = ErrorCode("object_store_refused", .failedPrecondition)
}

/// The errors of the bucket, written once. None names a credential or a signature.
enum S3Failure {
    static func unavailable(_ location: S3Location, _ action: String, _ cause: String) -> PlatformError {
        PlatformError(
            .objectStoreUnavailable,
            "\(location) could not \(action): \(cause).",
            nextStep: "Check that the endpoint is reachable from here, then try again: nothing was acknowledged.",
            context: ["bucket": location.bucket, "endpoint": location.endpoint]
        )
    }

    static func refused(_ location: S3Location, _ action: String, _ response: S3Response) -> PlatformError {
        let code = S3Text.element("Code", in: response.text) ?? "status \(response.status)"
        let message = S3Text.element("Message", in: response.text) ?? ""
        return PlatformError(
            .objectStoreRefused,
            "\(location) refuses to \(action): \(code)\(message.isEmpty ? "" : ", \(message.prefix(200))")",
            nextStep: "Check the bucket's name, the region, and what the credentials may do.",
            context: ["bucket": location.bucket, "status": "\(response.status)", "s3_code": code]
        )
    }
}
