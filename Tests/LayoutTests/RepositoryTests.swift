import Foundation
import Testing

@Suite struct RepositoryTests {
    private let tree = SourceTree.shared

    private func text(_ path: String) throws -> String {
        let text = tree.text(path)
        return try #require(text, "\(path) is missing")
    }

    /// Places that exist on one machine only. Joined here so that this file does not match itself.
    private static let machinePaths = [
        "/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "../sha" + "red", "/fa" + "rm/",
    ]

    @Test func `no file names a path of somebody's machine`() {
        var findings: [String] = []
        for file in tree.files {
            for (index, line) in file.lines.enumerated() {
                for path in Self.machinePaths where Self.mentions(line, path) {
                    findings.append(file.finding(index, "names '\(path)', a path of one machine"))
                }
            }
        }
        expectNone(findings)
    }

    @Test func `no file names a private package registry`() throws {
        let pattern = try Regex("(--index-url|--extra-index-url|registry\\s*=|index-url\\s*=)\\s*[\"']?https?://")
        let findings = tree.files.flatMap { file in
            file.lines.enumerated().filter { $0.element.contains("http") && $0.element.contains(pattern) }
                .map { file.finding($0.offset, "names a registry; the reader's own configuration decides") }
        }
        expectNone(findings)
    }

    @Test func `mlops/README.md lists every template`() throws {
        let readme = try text("mlops/README.md")
        let findings = tree.paths(under: "mlops").filter { $0 != "mlops/README.md" && !$0.contains("/tests/") }
            .compactMap { path in
                let inside = String(path.dropFirst("mlops/".count))
                return readme.contains(inside)
                    ? nil : "\(path):1: not in mlops/README.md; write `\(inside)` and one line about it"
            }
        expectNone(findings)
    }

    @Test func `migrations are numbered without gaps, one file each, and released ones do not change`() throws {
        let files = tree.paths(under: "Sources/Storage/Schema").filter {
            $0.hasSuffix(".swift") && !$0.hasSuffix("Migration.swift")
        }
        let numbers = files.compactMap { Int(($0 as NSString).lastPathComponent.prefix(4)) }
        #expect(numbers == Array(1...max(1, files.count)), "\(files)")
        for (path, length, checksum) in ReleasedMigrations.frozen {
            let text = try text(path)
            #expect(
                text.utf8.count == length && ReleasedMigrations.checksum(text) == checksum,
                "\(path):1: this migration was released; add a new one instead of changing it"
            )
        }
    }

    /// Whether a line names a path itself, not the same letters inside a URL, a container's path or a longer word.
    private static func mentions(_ line: String, _ path: String) -> Bool {
        guard let range = line.range(of: path) else { return false }
        guard let before = line[..<range.lowerBound].last, !path.hasPrefix(".") else { return true }
        return !(before.isLetter || before.isNumber || "._-/}".contains(before))
    }
}

/// Migrations that a release has carried to users' databases. The list is empty until the first release: that commit adds
/// one line for each file, made with `wc -c` and the checksum that the failing test prints.
enum ReleasedMigrations {
    static let frozen: [(path: String, length: Int, checksum: UInt64)] = []

    /// FNV-1a, 64 bits: this target imports no cryptography, and the rule guards against mistakes, not against malice.
    static func checksum(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
