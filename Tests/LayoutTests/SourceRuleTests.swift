import Foundation
import Testing

@Suite struct SourceRuleTests {
    private let tree = SourceTree()

    /// Code that must not stand in Sources, and what to write instead.
    private static let forbidden: [(pattern: String, advice: String)] = [
        (#"(^|[^.\w])print\("#, "write through Terminal or the logger instead of print("),
        (#"\btry!"#, "handle the error instead of try!"),
        (#"\bas!"#, "handle the mismatch instead of as!"),
        (#"\b(fatalError|preconditionFailure)\("#, "throw an error instead of ending the process"),
    ]

    @Test func `sources hold no call that ends or bypasses the process`() throws {
        var findings: [String] = []
        for rule in Self.forbidden {
            let pattern = try Regex(rule.pattern)
            for file in tree.sources {
                for (index, line) in file.code().enumerated() where line.contains(pattern) {
                    findings.append(file.finding(index, rule.advice))
                }
            }
        }
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test func `nothing is put off in a comment`() throws {
        // The words are cut here so that this file does not match itself.
        let words: [String] = ["TO|DO", "FIX|ME", "XX|X", "HA|CK"].map { $0.replacing("|", with: "") }
        let pattern = try Regex("\\b(\(words.joined(separator: "|")))\\b")
        let kinds = [".swift", ".py", ".yaml", ".yml", ".md", ".c", ".h", "Makefile", "run"]
        var findings: [String] = []
        for file in tree.tracked() where kinds.contains(where: { file.path.hasSuffix($0) }) {
            for (index, line) in file.lines.enumerated() where line.contains(pattern) {
                findings.append(file.finding(index, "do it, or open an issue"))
            }
        }
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test func `every declaration that others use has a documentation comment`() {
        let findings = tree.sources.filter { $0.target != "TestSupport" }.flatMap(DocumentationRule.findings)
        #expect(findings.isEmpty, "\(findings.count) without:\n\(report(findings))")
    }

    @Test func `an unchecked Sendable says in a comment what protects it`() {
        var findings: [String] = []
        for file in tree.sources {
            for (index, line) in file.code().enumerated() where line.contains("@unchecked Sendable") {
                let before = index > 0 ? file.lines[index - 1].trimmingCharacters(in: .whitespaces) : ""
                if !before.hasPrefix("//") && !before.hasPrefix("@") {
                    findings.append(file.finding(index, "say in the line above what protects this value"))
                }
            }
        }
        #expect(findings.isEmpty, "\(report(findings))")
    }

    @Test func `every route names its permission`() {
        var findings: [String] = []
        for file in tree.sources where file.target == "WireAPI" || file.target == "Server" {
            let code = file.code()
            for (index, line) in code.enumerated() {
                let isRoute = line.contains("= Route(") && !line.contains("struct")
                guard isRoute || line.contains("routes.raw(") else { continue }
                let declaration = code[index..<min(index + 9, code.count)].joined(separator: " ")
                if !declaration.contains("permission:") {
                    findings.append(file.finding(index, "this route names no permission"))
                }
            }
        }
        #expect(findings.isEmpty, "\(report(findings))")
    }
}
