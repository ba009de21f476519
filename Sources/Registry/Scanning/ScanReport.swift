/// One thing that a scanner found in a file of a model.
package struct ScanFinding: Sendable, Hashable, Codable {
    /// The file, and the entry of an archive after `!`.
    package let path: String
    /// `pickle_dangerous`, `pickle_unknown`, `pickle_unreadable`, `archive_path`, `archive_unreadable`, `compressed`,
    /// `onnx_external_path`, `onnx_unreadable`, `path_escapes`, `too_large`.
    package let code: String
    /// What exactly: a Python global, a path.
    package let detail: String

    /// Describes a finding.
    package init(path: String, code: String, detail: String) {
        self.path = path
        self.code = code
        self.detail = detail
    }
}

/// What a scanner found in a model's files.
package struct ScanReport: Sendable, Hashable, Codable {
    /// The most findings that are kept.
    package static let maximumFindings = 100

    /// How many files were looked into.
    package private(set) var files = 0
    /// What was found; the first `maximumFindings`.
    package private(set) var findings: [ScanFinding] = []

    /// Nothing was looked at yet.
    package init() {}

    /// Whether nothing was found.
    package var isClean: Bool { findings.isEmpty }

    /// Adds what was found in one file.
    package mutating func add(_ found: [ScanFinding]) {
        files += 1
        findings += found.prefix(Self.maximumFindings - findings.count)
    }

    /// One sentence each, for an attestation.
    package var reasons: [String] { findings.prefix(20).map { "\($0.path): \($0.code) \($0.detail)" } }
}
