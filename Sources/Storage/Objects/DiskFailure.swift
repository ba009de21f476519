import Foundation
import Primitives

extension ErrorCode {
    /// The operating system refused a file operation.
    package static let fileFailed = ErrorCode("file_failed", .internal)
}

/// Turns `errno` into the platform's errors.
enum DiskFailure {
    static func make(_ number: Int32, _ action: String, _ path: String) -> PlatformError {
        let reason = String(cString: strerror(number))
        switch number {
        case ENOSPC, EDQUOT:
            return PlatformError(
                .diskFull,
                "The disk is full: '\(path)' could not be written.",
                nextStep: "Make room, then try again: what was acknowledged before is safe.",
                context: ["path": path]
            )
        case ENOENT:
            return PlatformError(.fileMissing, "'\(path)' does not exist.", context: ["path": path])
        default:
            return PlatformError(
                .fileFailed,
                "Could not \(action) '\(path)': \(reason).",
                nextStep: "Check the path and its permissions.",
                context: ["path": path, "errno": "\(number)"]
            )
        }
    }
}
