import Foundation

/// What kind of failure an error is; the server turns each kind into one HTTP status, in one place.
package enum FailureKind: String, Sendable, Codable, CaseIterable {
    /// The request is malformed or breaks a stated rule: fix the input.
    case invalidArgument
    /// No (valid) credential was shown.
    case unauthenticated
    /// The credential is good but lacks the permission.
    case permissionDenied
    /// The named thing does not exist.
    case notFound
    /// The thing exists already, or another writer was first.
    case conflict
    /// A rule about the present state forbids it; retrying unchanged will not help.
    case failedPrecondition
    /// A stated size bound was passed.
    case tooLarge
    /// A quota, queue, disk or rate is exhausted: retry later or make room.
    case resourceExhausted
    /// The caller asks more often than it may: retry after the time that the answer names.
    case throttled
    /// A part that is needed is not there (yet): retry later.
    case unavailable
    /// Stored bytes are not what they were: see `aku verify`.
    case dataLoss
    /// A fault of ours.
    case `internal`
}

/// A stable name for one way to fail, for example `pipeline_cycle`. Codes are API: never renamed once released.
package struct ErrorCode: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Lower-case words joined by underscores.
    package let name: String
    /// The kind that decides the HTTP status.
    package let kind: FailureKind

    /// Declares a code; each target lists its own in an extension.
    package init(_ name: String, _ kind: FailureKind) {
        self.name = name
        self.kind = kind
    }

    package var description: String { name }
}

extension ErrorCode {
    /// A fault of ours that no more exact code describes.
    package static let internalError = ErrorCode("internal_error", .internal)
    /// A value breaks a rule that its message states.
    package static let invalidArgument = ErrorCode("invalid_argument", .invalidArgument)
    /// The named thing does not exist.
    package static let notFound = ErrorCode("not_found", .notFound)
    /// The name is taken.
    package static let alreadyExists = ErrorCode("already_exists", .conflict)
    /// A stated size bound was passed.
    package static let tooLarge = ErrorCode("too_large", .tooLarge)
    /// A file that was named is not there.
    package static let fileMissing = ErrorCode("file_missing", .invalidArgument)
    /// Text that must be UTF-8 is not.
    package static let invalidUTF8 = ErrorCode("invalid_utf8", .invalidArgument)
    /// The disk has no room left; nothing was acknowledged that is not stored.
    package static let diskFull = ErrorCode("disk_full", .resourceExhausted)
}

/// The one error value of the platform: a stable code, what happened, what to do next, and the identifiers involved.
package struct PlatformError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The stable code.
    package let code: ErrorCode
    /// One sentence: what happened, with the offending value.
    package let message: String
    /// One sentence: what the reader can do about it. Empty when there is nothing.
    package let nextStep: String
    /// Identifiers involved, by name (`run_id`, `path`, `line`, …).
    package let context: [String: String]

    /// Makes an error.
    package init(_ code: ErrorCode, _ message: String, nextStep: String = "", context: [String: String] = [:]) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.context = context
    }

    package var description: String {
        nextStep.isEmpty ? "\(code.name): \(message)" : "\(code.name): \(message) \(nextStep)"
    }
}

extension PlatformError: LocalizedError {
    package var errorDescription: String? { description }
}
