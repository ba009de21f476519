import ArgumentParser
import Client
import Foundation
import Primitives
import Serving
import WireAPI

/// `aku endpoints apply`.
struct EndpointsApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Put an endpoint's policy to work; swaps without failing a request.",
        discussion: """
            The file names its endpoint. Every version is kept: see 'aku endpoints history', 'aku endpoints rollback'.
            Example:  aku endpoints apply mlops/deploy/intent-policy.yaml
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The policy's file; '-' for standard input.")
    var file: String

    func run() async throws {
        let document = try PolicyDocumentFile.read(file)
        let policy = try PolicyParser.parse(document)
        let reply = try await connection.client(timeoutSeconds: 300).send(
            PolicyAPI.apply,
            parameters: ["name": policy.endpoint],
            body: PolicyDocument(document: document)
        )
        try connection.show(reply) { $0.text }
    }
}

/// `aku endpoints policy`.
struct EndpointsPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Show an endpoint's policy and what it did: arms, canary, shadow, fallbacks, refusals.",
        discussion: """
            Example:  aku endpoints policy intent
            Example:  aku endpoints policy intent --document > intent-policy.yaml
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint.")
    var name: String

    @Flag(name: .long, help: "Print the policy's YAML alone.")
    var document = false

    func run() async throws {
        let report = try await connection.client().send(PolicyAPI.show, parameters: ["name": name])
        if document {
            return Terminal.print(report.policy?.document.trimmingCharacters(in: .newlines) ?? "endpoint: \(name)")
        }
        try connection.show(report) { $0.text }
    }
}

/// `aku endpoints history`.
struct EndpointsHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the versions of an endpoint's policy, newest first.",
        discussion: "Example:  aku endpoints history intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint.")
    var name: String

    func run() async throws {
        let reply = try await connection.client().send(PolicyAPI.history, parameters: ["name": name])
        try connection.show(reply) { history in
            Terminal.table(
                ["version", "applied", "by", "restores"],
                history.versions.map { version in
                    [
                        "\(version.version)", "\(version.appliedAt)", version.appliedBy,
                        version.restores.map(String.init) ?? "",
                    ]
                }
            )
        }
    }
}

/// `aku endpoints rollback`.
struct EndpointsRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to an earlier version of an endpoint's policy, which becomes the newest.",
        discussion: """
            The model that is deployed stays; 'aku endpoints deploy' changes that.
            Example:  aku endpoints rollback intent --to 3
            """
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint.")
    var name: String

    @Option(name: .long, help: "The version. Default: the one before the present one.")
    var to: Int?

    func run() async throws {
        let reply = try await connection.client(timeoutSeconds: 300).send(
            PolicyAPI.rollback,
            parameters: ["name": name],
            body: PolicyRollback(version: to)
        )
        try connection.show(reply) { $0.text }
    }
}

/// `aku endpoints delete`.
struct EndpointsDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Take an endpoint away, with its policy. Requests under way are answered.",
        discussion: "Example:  aku endpoints delete intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint.")
    var name: String

    func run() async throws {
        let reply = try await connection.client().send(PolicyAPI.remove, parameters: ["name": name])
        try connection.show(reply) { _ in "The endpoint '\(name)' is gone." }
    }
}

/// `aku endpoints lint`: needs no server.
struct EndpointsLintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check policy files and say what is wrong, with line and column; needs no server.",
        discussion: """
            Every problem is said, not only the first. Exit status 0 when nothing is wrong, 1 otherwise.
            Example:  aku endpoints lint mlops/deploy/*-policy.yaml
            """
    )

    @Argument(help: "Policy files; '-' for standard input.")
    var files: [String]

    @Flag(name: .long, help: "Print JSON instead of lines.")
    var json = false

    func run() async throws {
        let findings = try files.flatMap { file in
            try PolicyParser.problems(PolicyDocumentFile.read(file)).map { problem in
                LintFinding(
                    file: file,
                    line: problem.line,
                    column: problem.column,
                    message: problem.message,
                    nextStep: problem.nextStep
                )
            }
        }
        try LintFinding.report(findings, files: files.count, json: json)
    }
}

/// `aku endpoints schema`: needs no server.
struct EndpointsSchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of policy files, by which editors complete and check them.",
        discussion: "Example:  aku endpoints schema > mlops/policy.schema.json"
    )

    func run() async throws {
        Terminal.print(String(PolicySchema.file.dropLast()))
    }
}

/// A policy's text.
private enum PolicyDocumentFile {
    /// - Throws: `file_missing`, `invalid_utf8`.
    static func read(_ path: String) throws -> String {
        let data =
            path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : FileManager.default.contents(atPath: path)
        guard let data else { throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.") }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw PlatformError(.invalidUTF8, "The file '\(path)' is not UTF-8.")
        }
        return text
    }
}

extension PolicyReply {
    fileprivate var text: String {
        changed
            ? "\(endpoint): policy version \(version) stands." : "\(endpoint): policy version \(version) stood already."
    }
}

extension PolicyReport {
    fileprivate var text: String {
        func percent(_ part: Int, of whole: Int) -> String {
            whole > 0 ? String(format: "%d of %d (%.1f %%)", part, whole, 100 * Double(part) / Double(whole)) : "none"
        }
        func list(_ counts: [String: Int]) -> String {
            counts.isEmpty
                ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        guard let policy else { return "The endpoint '\(endpoint)' has no policy." }
        var rows = [["policy", "version \(policy.version), \(policy.appliedAt) by \(policy.appliedBy)"]]
        for arm in arms {
            let mean = String(format: "%.2f ms", arm.meanMilliseconds)
            rows.append(["arm \(arm.name)", "\(arm.answered) answered, \(arm.failed) failed, mean \(mean)"])
        }
        if let canary {
            let share = String(format: "%.1f %%", 100 * canary.share)
            rows.append(["canary \(canary.target)", "\(canary.phase) \(canary.reason)"])
            rows.append([
                "  step \(canary.step) of \(canary.steps)", "\(share), \(canary.answered) answered of \(canary.wanted)",
            ])
            rows.append(["  agreement", percent(canary.agreed, of: canary.compared)])
        }
        if let shadow {
            rows.append(["shadow \(shadow.target)", "\(percent(shadow.agreed, of: shadow.compared)) answers the same"])
            rows.append(["  not compared", "\(shadow.failed) failed, \(shadow.dropped) left out"])
        }
        for pair in experiment {
            let verdict = pair.significant ? "differ" : "do not differ"
            let pValue = String(format: "%.4g", pair.pValue)
            rows.append(["\(pair.first) and \(pair.second)", "\(verdict) in errors (p = \(pValue))"])
        }
        rows.append(["fallbacks", "\(list(fallbacks)); causes: \(list(causes))"])
        rows.append(["refused", list(refused)])
        return Terminal.table([endpoint, ""], rows)
    }
}
