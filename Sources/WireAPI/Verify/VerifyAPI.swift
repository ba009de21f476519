import Primitives

/// Checks everything that the platform stores.
package enum VerifyAPI {
    /// Answers a `VerifyReport`; with the query `progress=1` lines of JSON (`VerifyLine`), the last with the report.
    package static let path = "/api/v1/verify"
    /// The content type of the lines.
    package static let linesType = "application/x-ndjson"
}

/// One thing that is wrong.
package struct VerifyFinding: Codable, Sendable, Equatable {
    /// A stable code: `object_corrupt`, `entry_changed`, `truncated`, `signature_bad`, …
    package let code: String
    /// What is wrong: `object/sha256:…`, `journal/17`, `checkpoint/300`, `package/…`.
    package let subject: String
    /// One sentence.
    package let message: String
    /// The first damaged byte of an object.
    package let firstByte: Int64?
    /// One past the last damaged byte.
    package let endByte: Int64?

    /// Makes a finding.
    package init(code: String, subject: String, message: String, firstByte: Int64? = nil, endByte: Int64? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.firstByte = firstByte
        self.endByte = endByte
    }

    enum CodingKeys: String, CodingKey {
        case code, subject, message
        case firstByte = "first_byte"
        case endByte = "end_byte"
    }
}

/// What one check covered.
package struct VerifyCheckReport: Codable, Sendable, Equatable {
    /// Its name: `database`, `journal`, `objects`, …
    package let name: String
    /// How many things it looked at; nil where the check does not count.
    package let checked: Int64?
    /// Bytes read; nil where the check does not count.
    package let bytes: Int64?
    /// How long it took.
    package let milliseconds: Int64
    /// How many findings it has.
    package let findings: Int

    /// Makes a report.
    package init(name: String, checked: Int64?, bytes: Int64?, milliseconds: Int64, findings: Int) {
        self.name = name
        self.checked = checked
        self.bytes = bytes
        self.milliseconds = milliseconds
        self.findings = findings
    }
}

/// The result of a verification.
package struct VerifyReport: Codable, Sendable, Equatable {
    /// Whether nothing is wrong.
    package let ok: Bool
    /// What was checked.
    package let checks: [VerifyCheckReport]
    /// What is wrong.
    package let findings: [VerifyFinding]

    /// Makes a report.
    package init(checks: [VerifyCheckReport], findings: [VerifyFinding]) {
        ok = findings.isEmpty
        self.checks = checks
        self.findings = findings
    }
}

/// One line of a verification in progress.
package struct VerifyLine: Codable, Sendable, Equatable {
    /// The check at work.
    package let check: String?
    /// Things done.
    package let done: Int64?
    /// Things to do.
    package let total: Int64?
    /// The result; only on the last line.
    package let report: VerifyReport?

    /// A line on the way.
    package init(check: String, done: Int64, total: Int64) {
        self.check = check
        self.done = done
        self.total = total
        report = nil
    }

    /// The last line.
    package init(report: VerifyReport) {
        check = nil
        done = nil
        total = nil
        self.report = report
    }
}
