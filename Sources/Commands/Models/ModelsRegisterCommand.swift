import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku models register`.
package struct ModelsRegisterCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "register",
        abstract: "Upload a package and register it as a version.",
        discussion: """
            Example:  aku models register --name intent --package package/ --mlflow-run RUN --out version.json

            The server checks every file against the manifest, runs the golden cases and signs the manifest's digest. The same
            package again gives the same version.
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The registered model; made when it is not there.")
    var name: String

    @Option(name: .long, help: "The folder that 'aku models package' wrote.")
    var package: String

    @Option(name: .long, help: "The tracking run that trained the model, or a JSON file with its run_id.")
    var mlflowRun: String?

    @Option(name: .long, help: "An alias to point at the version; 'none' for no alias.")
    var alias = "challenger"

    @Option(name: .long, help: "A file to write the model, version and package to, as JSON.")
    var out: String?

    package init() {}

    package func run() async throws {
        let client = try connection.client(timeoutSeconds: 900)
        let uploaded = try await client.uploadTree(directory: package) { done, total in
            if total > 0 {
                Terminal.progress("Uploading \(Terminal.bar(Double(done) / Double(total))) \(done) of \(total) bytes")
            }
        }
        let environment = ProcessInfo.processInfo.environment
        let reply = try await client.send(
            ModelsAPI.register,
            parameters: ["name": name],
            body: RegisterVersionBody(
                packageDigest: uploaded.digest,
                mlflowRun: try mlflowRun.map(Self.run),
                pipelineRun: environment["AKU_PIPELINE_RUN"],
                pipelineTask: environment["AKU_TASK"],
                alias: alias == "none" ? nil : alias
            )
        )
        if let out { try write(reply, to: out) }
        try connection.show(reply) { reply in
            let version = reply.version
            return
                "\(reply.created ? "Registered" : "Known already:") \(version.model) version \(version.version), package "
                + "\(version.packageDigest?.short ?? ""), signed by \(version.keyID ?? "nobody")."
        }
    }

    /// A run's identifier, from a file when the text names one.
    private static func run(_ text: String) throws -> String {
        struct RunFile: Decodable {
            let runID: String
            enum CodingKeys: String, CodingKey { case runID = "run_id" }
        }
        guard let data = FileManager.default.contents(atPath: text) else { return text }
        return try CanonicalJSON.decode(RunFile.self, from: data, what: "file \(text)").runID
    }

    private func write(_ reply: RegisteredVersionBody, to path: String) throws {
        let value: JSONValue = [
            "model": .string(reply.version.model), "version": .integer(reply.version.version),
            "package": .string(reply.version.packageDigest?.description ?? ""),
        ]
        do {
            try (CanonicalJSON.encode(value) + [10]).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch let error as CocoaError {
            throw PlatformError(.fileMissing, "'\(path)' cannot be written: \(error.localizedDescription)")
        }
    }
}
