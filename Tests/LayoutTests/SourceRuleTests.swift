import Foundation
import Testing

@Suite struct SourceRuleTests {
    private let tree = SourceTree.shared

    /// Code that must not stand in Sources, and what to write instead. Words are looked for as whole words.
    private static let forbidden: [(word: String, advice: String)] = [
        ("print(", "write through Terminal or the logger instead of print("),
        ("try!", "handle the error instead of try!"),
        ("as!", "handle the mismatch instead of as!"),
        ("fatalError(", "throw an error instead of ending the process"),
    ]

    @Test func `sources hold no call that ends or bypasses the process`() {
        var findings: [String] = []
        for file in tree.sources {
            for (index, line) in file.code.enumerated() {
                for rule in Self.forbidden where Self.holds(line, rule.word) {
                    findings.append(file.finding(index, rule.advice))
                }
            }
        }
        expectNone(findings)
    }

    @Test func `nothing is put off in a comment`() {
        // The words are cut here so that this file does not match itself.
        let words: [String] = ["TO|DO", "FIX|ME", "XX|X", "HA|CK"].map { $0.replacing("|", with: "") }
        let kinds = [".swift", ".py", ".yaml", ".yml", ".md", ".c", ".h", "Makefile", "run"]
        var findings: [String] = []
        for file in tree.files where kinds.contains(where: { file.path.hasSuffix($0) }) {
            for (index, line) in file.lines.enumerated() where words.contains(where: { Self.holds(line, $0) }) {
                findings.append(file.finding(index, "do it, or open an issue"))
            }
        }
        expectNone(findings)
    }

    /// Whether a word stands in a line, not as a part or a member of another and not where it is declared.
    private static func holds(_ line: String, _ word: String) -> Bool {
        guard line.utf8.count >= word.utf8.count, let range = line.range(of: word) else { return false }
        let before = line[..<range.lowerBound], after = line[range.upperBound...]
        func continues(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
        }
        if continues(before.last) || before.last == "." || before.hasSuffix("func ") { return false }
        return !(word.last?.isLetter ?? false) || !continues(after.first)
    }

    /// The targets whose files a tool writes.
    private static let generated: Set = ["OpenTelemetryProto", "InferenceProto"]

    @Test func `every declaration that others use has a documentation comment`() {
        let findings = tree.sources.filter { !Self.generated.union(["TestSupport"]).contains($0.target) }
            .flatMap(DocumentationRule.findings)
        expectNone(findings)
    }

    @Test func `an unchecked Sendable says in a comment what protects it`() {
        var findings: [String] = []
        for file in tree.sources where !Self.generated.contains(file.target) {
            for (index, line) in file.code.enumerated() where line.contains("@unchecked Sendable") {
                let before = index > 0 ? file.lines[index - 1].trimmingCharacters(in: .whitespaces) : ""
                if !before.hasPrefix("//") && !before.hasPrefix("@") {
                    findings.append(file.finding(index, "say in the line above what protects this value"))
                }
            }
        }
        expectNone(findings)
    }

    @Test func `every route names its permission`() {
        var findings: [String] = []
        for file in tree.sources where file.target == "WireAPI" || file.target == "Server" {
            let code = file.code
            for (index, line) in code.enumerated() {
                let isRoute = line.contains("= Route(") && !line.contains("struct")
                guard isRoute || line.contains("routes.raw(") else { continue }
                let declaration = code[index..<min(index + 9, code.count)].joined(separator: " ")
                if !declaration.contains("permission:") {
                    findings.append(file.finding(index, "this route names no permission"))
                }
            }
        }
        expectNone(findings)
    }
}
