import Foundation
import Primitives

/// What another tool's file says, as a pipeline of ours: its tasks, and everything that could not be carried over.
package struct ImportedPipeline: Sendable {
    /// Something of the other file that this one does not say.
    package struct Note: Sendable, Hashable, Codable {
        /// Where it stands in the other file, from 1.
        package let line: Int
        /// What it is and what to do about it.
        package let text: String

        /// Makes a note.
        package init(line: Int, text: String) {
            self.line = line
            self.text = text
        }
    }

    /// One task.
    package struct Task: Sendable, Hashable {
        /// Its name here.
        package var name: String
        /// What people should read above it; may be empty.
        package var note = ""
        /// The command.
        package var run = ""
        /// Name, and `TASK.OUTPUT`.
        package var inputs: [String: String] = [:]
        /// Names of what it writes.
        package var outputs: [String] = []
        /// Tasks to wait for.
        package var after: [String] = []
        /// Code paths of its own.
        package var code: [String] = []
        /// Repetitions after the first attempt.
        package var retryLimit = 0
        /// The delay before the first of them, in seconds.
        package var retrySeconds = 1.0
        /// The longest attempt, in seconds; nil for what is usual.
        package var timeoutSeconds: Int?
        /// Whether equal executions are linked.
        package var isCached = true
        /// Its rule, where that is not the usual one.
        package var join: String?
        /// The image that it runs in, with its digest.
        package var image: String?
        /// Variables of its process.
        package var environment: [String: String] = [:]

        /// Makes a task without a command.
        package init(name: String) {
            self.name = name
        }
    }

    /// Its name.
    package var name: String
    /// One sentence; may be empty.
    package var summary = ""
    /// A cron expression and the zone that it is meant in.
    package var schedule: (cron: String, zone: String?, catchUp: String?)?
    /// As `deadline_seconds`.
    package var deadlineSeconds: Int?
    /// In an order in which each comes after those that it waits for, where the other file has one.
    package var tasks: [Task] = []
    /// In the order of the other file.
    package var notes: [Note] = []

    /// Makes a pipeline without tasks.
    package init(name: String) {
        self.name = name
    }

    /// The file.
    ///
    /// - Parameters:
    ///   - origin: what it was made from, for the first line.
    ///   - folder: from which the file's code paths are looked for.
    /// - Throws: `pipeline_import_failed` when the parser of pipeline files refuses it.
    package func text(origin: String, folder: String) throws -> String {
        var lines = ["# Made from \(Self.oneLine(origin)) by 'aku pipelines import'."]
        if !notes.isEmpty {
            lines.append("# Not carried over, or not in the same way:")
            lines += notes.map { "#   line \($0.line): \(Self.oneLine($0.text))" }
        }
        lines.append("pipeline: \(Self.scalar(name))")
        if !summary.isEmpty { lines.append("description: \(Self.scalar(Self.oneLine(summary)))") }
        if let schedule {
            lines += ["schedule:", "  cron: \(Self.quoted(schedule.cron))"]
            if let zone = schedule.zone { lines.append("  timezone: \(Self.scalar(zone))") }
            if let catchUp = schedule.catchUp { lines.append("  catch_up: \(catchUp)") }
        }
        if let deadlineSeconds { lines.append("deadline_seconds: \(deadlineSeconds)") }
        lines.append("tasks:")
        for task in tasks { lines += Self.lines(task) }
        let text = lines.joined(separator: "\n") + "\n"
        let problems = DefinitionParser.parse(text) { FileManager.default.fileExists(atPath: folder + "/" + $0) }
            .problems
        if let first = problems.first {
            throw PlatformError(
                .pipelineImportFailed,
                "\(origin) cannot be said as a pipeline file: \(first.message)",
                nextStep: first.nextStep,
                context: ["code": first.code.name]
            )
        }
        return text
    }

    private static func lines(_ task: Task) -> [String] {
        var lines = ["  \(scalar(task.name)):"]
        if !task.note.isEmpty { lines.append("    # \(oneLine(task.note))") }
        if !task.inputs.isEmpty {
            lines.append("    inputs:")
            lines += task.inputs.sorted { $0.key < $1.key }.map { "      \(scalar($0.key)): \(scalar($0.value))" }
        }
        if !task.after.isEmpty { lines.append("    after: [\(task.after.map(scalar).joined(separator: ", "))]") }
        if let join = task.join { lines.append("    join: \(join)") }
        if !task.code.isEmpty { lines.append("    code: [\(task.code.map(scalar).joined(separator: ", "))]") }
        if let image = task.image { lines.append("    image: \(quoted(image))") }
        lines += run(task.run)
        if !task.outputs.isEmpty { lines.append("    outputs: [\(task.outputs.map(scalar).joined(separator: ", "))]") }
        if task.retryLimit > 0 {
            let seconds = Python.seconds(task.retrySeconds)
            lines.append("    retries: { limit: \(task.retryLimit), backoff_seconds: \(seconds) }")
        }
        if let seconds = task.timeoutSeconds { lines.append("    timeout_seconds: \(seconds)") }
        if !task.isCached { lines.append("    cache: false") }
        if !task.environment.isEmpty {
            lines.append("    environment:")
            lines += task.environment.sorted { $0.key < $1.key }.map { "      \($0.key): \(quoted($0.value))" }
        }
        return lines
    }

    /// Several lines as a block, where a block can hold them.
    private static func run(_ text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let isPlain = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 || $0 == "\n" || $0 == "\t" }
        guard lines.count > 1, isPlain, let first = lines.first, !first.isEmpty, first.first != " ",
            first.first != "\t",
            lines.last?.isEmpty == false
        else { return ["    run: \(scalar(text))"] }
        return ["    run: |-"] + lines.map { $0.isEmpty ? "" : "      \($0)" }
    }

    /// As it is where YAML reads it as text, between double quotes otherwise.
    static func scalar(_ text: String) -> String {
        let isPlain = text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.\/-]*/) != nil
        let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
    }

    /// JSON's texts are YAML's.
    static func quoted(_ text: String) -> String {
        (try? CanonicalJSON.text(text)) ?? "\"\""
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// A text as a name of ours that is not among those taken.
    ///
    /// - Parameter withDots: false for an output, whose name follows a dot.
    static func name(_ text: String, besides taken: some Collection<String>, withDots: Bool = true) -> String {
        var name = String(
            text.unicodeScalars.map { scalar -> Character in
                let isGood =
                    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                    || scalar == "_" || scalar == "-" || scalar == "." && withDots
                return isGood ? Character(scalar) : withDots ? "-" : "_"
            }.prefix(100)
        )
        if name.first?.isLetter != true, name.first?.isNumber != true { name = "t" + name }
        var out = name, number = 2
        while taken.contains(out) {
            out = "\(name)-\(number)"
            number += 1
        }
        return out
    }

    /// A word of a shell. What looks like a reference of ours is cut in two words that stand side by side: the shell
    /// reads the same text, and `CommandTemplate` none of its own.
    static func shell(_ text: String) -> String {
        if text.wholeMatch(of: /[A-Za-z0-9_.\/@:=,+-]+/) != nil { return text }
        let quoted = "'" + text.replacing("'", with: "'\\''") + "'"
        return hasReference(text) ? quoted.replacing("${", with: "$''{") : quoted
    }

    /// Whether a text, as part of a command, would be read as a reference of ours, known or not.
    static func hasReference(_ text: String) -> Bool {
        CommandTemplate(text).pieces.contains { if case .text = $0 { false } else { true } }
    }
}

extension ErrorCode {
    /// A file of another tool that cannot be read, or not be said as a pipeline file.
    package static let pipelineImportFailed = ErrorCode("pipeline_import_failed", .invalidArgument)
}
