import ArgumentParser
import Commands
import Foundation
import Primitives

/// The command line: verbs over the client, and the few that open the store themselves.
@main
struct AkuCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aku",
        abstract: "MLOps from raw data to a monitored endpoint, and back to retraining.",
        discussion: """
            Start everything on this machine:   aku up
            Run a pipeline and watch it:        aku pipelines run mlops/pipelines/intent.yaml --watch
            Ask an endpoint:                    aku predict intent "turn on the kitchen light"
            Follow a prediction to its data:    aku trace PREDICTION
            """,
        version: "aku \(Release.version)",
        subcommands: [
            UpCommand.self, DoctorCommand.self, MigrateCommand.self, BackupCommand.self, RestoreCommand.self,
            DatabaseCommand.self,
        ] + ClientVerbs.all
    )

    /// Parses, runs, and turns an error into one line with its code and a next step; exit status 1, or 64 for bad usage.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as PlatformError {
            report(error)
            Foundation.exit(1)
        } catch {
            exit(withError: error)
        }
    }

    private static func report(_ error: PlatformError) {
        if CommandLine.arguments.contains("--json") {
            let body: [String: JSONValue] = [
                "code": .string(error.code.name), "message": .string(error.message),
                "next_step": .string(error.nextStep),
                "context": .object(error.context.mapValues(JSONValue.string)),
            ]
            Terminal.note((try? CanonicalJSON.text(["error": JSONValue.object(body)])) ?? error.description)
            return
        }
        Terminal.note("error [\(error.code)]: \(error.message)")
        if !error.nextStep.isEmpty { Terminal.note("  next: \(error.nextStep)") }
    }
}
