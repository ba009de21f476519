import Primitives
import Storage
import WireAPI

extension VerifyFinding {
    /// A check that failed, as a finding; an object's byte range comes from the error's context.
    package init(_ error: any Error, subject: String) {
        let known = error as? PlatformError
        self.init(
            code: known?.code.name ?? ErrorCode.internalError.name,
            subject: subject,
            message: known?.message ?? "\(error)",
            firstByte: known?.context["first_byte"].flatMap { Int64($0) },
            endByte: known?.context["end_byte"].flatMap { Int64($0) }
        )
    }

    /// A finding of the journal.
    init(_ finding: JournalFinding) {
        let subject =
            if let sequence = finding.sequence {
                "journal/\(sequence)"
            } else if let checkpoint = finding.checkpoint {
                "checkpoint/\(checkpoint)"
            } else {
                "journal"
            }
        self.init(code: finding.kind.rawValue, subject: subject, message: finding.message)
    }
}
