import Foundation

/// Finds `package` and `public` declarations without a documentation comment. Excused: what a protocol elsewhere documents
/// (`init(from:)`, `description`, `==`, `run()`, `validate()`, `configuration`, literals, options of a command, which carry
/// their own help, log handlers, the database's own protocol) and the cases of an enum, whose names say it.
enum DocumentationRule {
    private static let excused: [String] = [
        "init(from", "func encode(to", "var description:", "var errorDescription", "static func ==", "static func <(",
        "static func < (",
        "func hash(into", "func run()", "func validate()", "static let configuration", "init(stringLiteral",
        "init(integerLiteral",
        "init(floatLiteral", "init(booleanLiteral", "init(arrayLiteral", "init(dictionaryLiteral", "init(nilLiteral",
        "init() {}", "init(source:", "func makeAsyncIterator", "func next(", "var coreContext", "var id:", "typealias",
        "static var configuration",
        "var debugDescription", "let description: String", "var customMirror", "subscript(metadataKey",
        "func log(event:", "var metadata:",
        "var logLevel:", "func handle(", "func read<T", "func write<T", "func journalGrowth()",
    ]

    static func findings(in file: SourceFile) -> [String] {
        let code = file.code
        return code.indices.compactMap { index in
            let line = code[index].trimmingCharacters(in: .whitespaces)
            guard isDeclaration(line), !excused.contains(where: { line.contains($0) }),
                !isDocumented(file, code, index)
            else { return nil }
            return file.finding(
                index,
                "no documentation comment: \(file.lines[index].trimmingCharacters(in: .whitespaces).prefix(80))"
            )
        }
    }

    private static func isDeclaration(_ line: String) -> Bool {
        guard line.hasPrefix("package ") || line.hasPrefix("public ") || line.hasPrefix("@OptionGroup package ") else {
            return false
        }
        return !line.contains("@OptionGroup") && !line.hasPrefix("package import") && !line.hasPrefix("public import")
            && !line.hasPrefix("package extension") && !line.hasPrefix("package private(set) extension")
    }

    /// Stored properties under one comment share it.
    private static func isProperty(_ line: String) -> Bool {
        let line = line.trimmingCharacters(in: .whitespaces)
        return ["package let ", "package var ", "public let ", "public var "].contains { line.hasPrefix($0) }
            && !line.hasSuffix("{")
    }

    /// A documentation comment stands above, perhaps with attributes between; wrapped options document themselves.
    private static func isDocumented(_ file: SourceFile, _ code: [String], _ index: Int) -> Bool {
        var above = index - 1
        while above >= 0 {
            let line = file.lines[above].trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("///") || line.hasPrefix("*/") { return true }
            if line.hasPrefix("@Option") || line.hasPrefix("@Flag") || line.hasPrefix("@Argument") { return true }
            let isAttribute = line.hasPrefix("@") || line.hasPrefix("#if")
            guard isAttribute || (isProperty(code[index]) && isProperty(code[above])) else { return false }
            above -= 1
        }
        return false
    }
}
