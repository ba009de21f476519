import Foundation
import Testing

@Suite struct ImportTests {
    private let tree = SourceTree.shared

    private func text(_ path: String) throws -> String {
        let text = tree.text(path)
        return try #require(text, "\(path) is missing")
    }

    @Test func `ARCHITECTURE.md and Package.swift give the same import table`() throws {
        let package = ImportTable.package(try text("Package.swift"))
        let document = try text("ARCHITECTURE.md")
        let architecture = try #require(ImportTable.architecture(document), "ARCHITECTURE.md has no import table")
        #expect(package.imports.count > 15)
        let findings = architecture.differences(from: package, named: ("ARCHITECTURE.md", "Package.swift"))
        expectNone(findings)
    }

    @Test func `a target imports only what the table allows it`() throws {
        let table = ImportTable.package(try text("Package.swift"))
        var findings: [String] = []
        for file in tree.sources {
            guard let allowed = table.imports[file.target] else {
                findings.append(file.finding(0, "the target '\(file.target)' is not in Package.swift"))
                continue
            }
            for (index, name) in Self.imports(of: file) where table.imports[name] != nil && !allowed.contains(name) {
                findings.append(file.finding(index, "\(file.target) may not import \(name)"))
            }
        }
        expectNone(findings)
    }

    @Test func `only Storage knows the database library`() {
        let findings = tree.sources.filter { $0.target != "Storage" }.flatMap { file in
            Self.imports(of: file).filter { $0.1 == "GRDB" || $0.1.hasPrefix("SQLite3") }
                .map { file.finding($0.0, "only Storage imports \($0.1)") }
        }
        expectNone(findings)
    }

    @Test func `only Server knows the web framework and only the command line knows its parser`() {
        let owners = [
            "Hummingbird": ["Server", "aku"], "ArgumentParser": ["Commands", "aku"],
            "AsyncHTTPClient": ["Client", "Pipelines", "Storage", "Server"],
        ]
        let findings = tree.sources.flatMap { file in
            Self.imports(of: file).filter { !(owners[$0.1]?.contains(file.target) ?? true) }
                .map { file.finding($0.0, "\(file.target) may not import \($0.1)") }
        }
        expectNone(findings)
    }

    @Test func `the table's readers see what is written`() {
        let package = """
            floor("A", []), floor("B", ["A", crypto]), .target(name: "C"),
            floor(
                "D",
                ["A", "B",
                 log]
            ),
            .executableTarget(name: "e", dependencies: ["D", arguments])
            """
        let document = """
            x
            <!-- imports:begin -->
            | floor | target | may import |
            |---|---|---|
            | 0 | `A` | |
            | 1 | `B` | `A` |
            | 2 | `C` | – |
            | 2 | `D` | `A`, `B` |
            | 3 | `e` | `D` |
            <!-- imports:end -->
            """
        let expected = ImportTable(imports: ["A": [], "B": ["A"], "C": [], "D": ["A", "B"], "e": ["D"]])
        #expect(ImportTable.package(package) == expected)
        #expect(ImportTable.architecture(document) == expected)
        #expect(ImportTable.architecture("no markers") == nil)
    }

    private static func imports(of file: SourceFile) -> [(Int, String)] {
        file.code.enumerated().compactMap { index, line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place < 3, place + 1 < words.count,
                words[..<place].allSatisfy({ $0.hasPrefix("@") || $0 == "package" || $0 == "public" })
            else { return nil }
            let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
            let name = kinds.contains(words[place + 1]) && place + 2 < words.count ? words[place + 2] : words[place + 1]
            return (index, String(name.prefix { $0 != "." }))
        }
    }
}
