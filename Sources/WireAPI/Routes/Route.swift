import Primitives

/// The HTTP methods that the platform uses (RFC 9110 §9).
package enum HTTPVerb: String, Sendable {
    case get = "GET"
    case put = "PUT"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
    case head = "HEAD"
}

/// A body or reply with nothing in it: `{}`.
package struct Nothing: Codable, Sendable, Equatable {
    /// The only value.
    package init() {}
}

/// One JSON route: declared once, served by Server and called by Client.
///
/// `path` names parameters in braces: `/api/v1/pipelines/{name}`. `Body` is `Nothing` for GET and DELETE.
package struct Route<Body: Codable & Sendable, Reply: Codable & Sendable>: Sendable {
    /// The method.
    package let verb: HTTPVerb
    /// The path with `{parameters}`.
    package let path: String
    /// What the caller must be allowed to do.
    package let permission: Permission
    /// The largest body, in bytes; a larger one is refused with `body_too_large` before it is read.
    package let maximumBodyBytes: Int

    /// Declares a route.
    package init(
        _ verb: HTTPVerb,
        _ path: String,
        permission: Permission,
        maximumBodyBytes: Int = 1 << 20,
        body: Body.Type = Nothing.self,
        reply: Reply.Type
    ) {
        self.verb = verb
        self.path = path
        self.permission = permission
        self.maximumBodyBytes = maximumBodyBytes
    }
}

/// The error body of `/api/v1`: `{"error": {"code", "message", "next_step", "context"}}`.
package struct ErrorBody: Codable, Sendable, Equatable {
    /// The members of `error`.
    package struct Detail: Codable, Sendable, Equatable {
        /// The stable code.
        package let code: String
        /// The kind of failure.
        package let kind: String
        /// What happened.
        package let message: String
        /// What to do.
        package let nextStep: String
        /// Identifiers involved.
        package let context: [String: String]

        enum CodingKeys: String, CodingKey {
            case code, kind, message, context
            case nextStep = "next_step"
        }
    }

    /// The error.
    package let error: Detail

    /// The body for an error.
    package init(_ error: PlatformError) {
        self.error = Detail(
            code: error.code.name,
            kind: error.code.kind.rawValue,
            message: error.message,
            nextStep: error.nextStep,
            context: error.context
        )
    }

    /// The error again, on the client's side.
    package var platformError: PlatformError {
        PlatformError(
            ErrorCode(error.code, FailureKind(rawValue: error.kind) ?? .internal),
            error.message,
            nextStep: error.nextStep,
            context: error.context
        )
    }
}
