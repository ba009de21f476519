import Foundation
import Testing

/// One text file of the repository.
struct SourceFile: Sendable {
    /// From the repository's root.
    let path: String
    let lines: [String]
    /// The lines without comments and without the contents of texts; for Swift only.
    let code: [String]

    init(path: String, lines: [String]) {
        self.path = path
        self.lines = lines
        var scanner = CodeScanner()
        code = path.hasSuffix(".swift") ? lines.map { scanner.code(of: $0) } : []
    }

    /// The target of a file under Sources, or "".
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : ""
    }

    /// `path:line: message`, which terminals and editors turn into a link.
    func finding(_ index: Int, _ message: String) -> String { "\(path):\(index + 1): \(message)" }
}

/// The repository as it lies on disk around this file: its sources, tests and documents, without what git ignores.
struct SourceTree: Sendable {
    let root: String
    /// Every Swift file of Sources.
    let sources: [SourceFile]
    /// Every text file that could be committed: what hides behind a dot or was built is left out.
    let files: [SourceFile]

    /// Read once for all tests.
    static let shared = SourceTree()

    init(file: String = #filePath) {
        root = (0..<3).reduce(file) { path, _ in (path as NSString).deletingLastPathComponent }
        files = Self.files(root, under: "").compactMap { [root] in Self.load(root, $0) }
        sources = files.filter { $0.path.hasPrefix("Sources/") && $0.path.hasSuffix(".swift") }
    }

    /// A file's text, or nil.
    func text(_ path: String) -> String? { files.first { $0.path == path }?.lines.joined(separator: "\n") }

    /// Paths under a folder, sorted.
    func paths(under folder: String) -> [String] { files.map(\.path).filter { $0.hasPrefix(folder + "/") } }

    private static let skipped: Set<String> = ["__pycache__", "node_modules"]

    private static func files(_ root: String, under folder: String) -> [String] {
        let base = folder.isEmpty ? root : "\(root)/\(folder)"
        guard let walk = FileManager.default.enumerator(atPath: base) else { return [] }
        var found: [String] = []
        while let name = walk.nextObject() as? String {
            let last = (name as NSString).lastPathComponent
            let isFolder = walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory
            if isFolder {
                if (last.hasPrefix(".") && last != ".ci") || skipped.contains(last) { walk.skipDescendants() }
            } else if last != "Package.resolved" {
                found.append(folder.isEmpty ? name : "\(folder)/\(name)")
            }
        }
        return found.sorted()
    }

    private static func load(_ root: String, _ path: String) -> SourceFile? {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)"), data.count < 4 << 20,
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        return SourceFile(path: path, lines: text.components(separatedBy: "\n"))
    }
}

/// Fails with the findings, one a line, when there are any. `#expect` would print the values that it compared too, here
/// the whole tree.
func expectNone(_ findings: [String], _ location: SourceLocation = #_sourceLocation) {
    guard !findings.isEmpty else { return }
    let text = "\(findings.count) found:\n\(findings.joined(separator: "\n"))"
    Issue.record("\(text)", sourceLocation: location)
}
