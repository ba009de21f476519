import ArgumentParser
import Primitives

/// One thing wrong with a file, at its place, as the `lint` verbs tell it.
struct LintFinding: Encodable {
    let file: String
    let line: Int
    let column: Int
    /// Nil where every problem of such files has one code.
    var code: String?
    let message: String
    let nextStep: String

    enum CodingKeys: String, CodingKey {
        case file, line, column, code, message
        case nextStep = "next_step"
    }

    private var text: String {
        ["\(file):\(line):\(column):\(code.map { " \($0):" } ?? "")", message, nextStep].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    /// Prints what was found in so many files.
    ///
    /// - Throws: the exit status of failure when there is a finding.
    static func report(_ findings: [LintFinding], files: Int, json: Bool) throws {
        if json {
            Terminal.print(try CanonicalJSON.text(findings))
        } else if findings.isEmpty {
            Terminal.print("\(files) file\(files == 1 ? "" : "s"), nothing wrong")
        } else {
            for finding in findings { Terminal.print(finding.text) }
        }
        if !findings.isEmpty { throw ExitCode.failure }
    }
}
