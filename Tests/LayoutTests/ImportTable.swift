import Foundation

/// Which targets of ours each target may import, as a document says it.
struct ImportTable: Equatable, CustomStringConvertible {
    /// By target.
    let imports: [String: Set<String>]

    /// The table between the markers of ARCHITECTURE.md: `| target | imports |` rows, names separated by commas.
    static func architecture(_ text: String) -> ImportTable? {
        guard let begin = text.range(of: "<!-- imports:begin -->"),
            let end = text.range(of: "<!-- imports:end -->"), begin.upperBound < end.lowerBound
        else { return nil }
        var imports: [String: Set<String>] = [:]
        for line in text[begin.upperBound..<end.lowerBound].split(separator: "\n") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard cells.count >= 5, cells[2].hasPrefix("`") else { continue }
            imports[names(in: cells[2]).joined()] = Set(names(in: cells[3]))
        }
        return ImportTable(imports: imports)
    }

    /// The targets of Package.swift under Sources with their dependencies on each other.
    static func package(_ text: String) -> ImportTable {
        let pattern =
            #/(?:floor\(|\.executableTarget\(\s*name:|\.target\(\s*name:)\s*"(\w+)"(?:,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/#
        var imports: [String: Set<String>] = [:]
        for match in text.matches(of: pattern) {
            let list = String(match.output.2 ?? "")
            imports[String(match.output.1)] = Set(list.matches(of: #/"(\w+)"/#).map { String($0.output.1) })
        }
        let ours = Set(imports.keys)
        return ImportTable(imports: imports.mapValues { $0.intersection(ours) })
    }

    private static func names(in cell: String) -> [String] { cell.matches(of: #/`(\w+)`/#).map { String($0.output.1) } }

    /// What differs, as lines for people.
    func differences(from other: ImportTable, named names: (String, String)) -> [String] {
        Set(imports.keys).union(other.imports.keys).sorted().compactMap { target in
            let mine = imports[target], theirs = other.imports[target]
            guard mine != theirs else { return nil }
            func show(_ set: Set<String>?) -> String {
                set.map { "[\($0.sorted().joined(separator: ", "))]" } ?? "nothing"
            }
            return "\(target): \(names.0) says \(show(mine)), \(names.1) says \(show(theirs))"
        }
    }

    var description: String {
        imports.keys.sorted().map { "\($0): \((imports[$0] ?? []).sorted().joined(separator: ", "))" }.joined(
            separator: "\n"
        )
    }
}
