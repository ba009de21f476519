import ArgumentParser
import Client
import Foundation
import Primitives

/// `aku quickstart`: the whole loop on real data, with a server of its own.
package struct QuickstartCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "Run the whole loop: collect, train, package, serve, drift, retrain, swap, trace, verify.",
        discussion: """
            Example:  aku quickstart --python .venv/bin/python

            Run it in a checkout: it uses mlops/pipelines/intent.yaml. Everything it makes lies in the data folder, so
            that a second run finds its work done. On a terminal the server stays up at the end; 'aku quickstart --stop'
            stops it.
            """
    )

    @Option(name: .long, help: "The checkout, with its mlops folder.")
    var root = "."

    @Option(name: .long, help: "The data folder of the quickstart's own server.")
    var data = ".aku/quickstart"

    @Option(name: .long, help: "The Python with PyTorch. Default: AKU_PYTHON, .venv/bin/python, python3.")
    var python: String?

    @Option(name: .long, help: "Where to write the measured figures.")
    var report = "quickstart-report.json"

    @Option(name: .long, help: "The languages that the first model learns.")
    var languages = "en,fr,ar,pt,sw"

    @Option(name: .long, help: "The language to which traffic shifts.")
    var shift = "de"

    @Option(name: .long, help: "Requests of the known kind before the shift.")
    var knownRequests = 2000

    @Option(name: .long, help: "The most shifted requests to wait for the alarm.")
    var shiftedRequests = 1000

    @Option(name: .long, help: "The triggers to apply. Default: mlops/monitoring/triggers.yaml of the checkout.")
    var triggers: String?

    @Option(name: .customShort("p"), help: "A parameter of the pipeline, key=value; may be repeated.")
    var parameters: [String] = []

    @Flag(name: .long, help: "Leave the server running although this is no terminal.")
    var keep = false

    @Flag(name: .long, help: "Stop the server that an earlier quickstart left running, and end.")
    var stop = false

    package init() {}

    package func run() async throws {
        if stop {
            try ServerProcess.stop(dataFolder: data)
            return
        }
        guard (1...100_000).contains(knownRequests), (1...100_000).contains(shiftedRequests) else {
            throw PlatformError(.invalidArgument, "Request counts go from 1 to 100000.")
        }
        let interpreter = LocalMachine.python(option: python)
        let server = try ServerProcess.start(dataFolder: data, python: interpreter)
        Terminal.note("server  \(server.url)  (data in \(data), log in \(data)/server.log)")
        var loop = QuickstartLoop(
            plan: try plan(interpreter),
            client: AkuClient(baseURL: server.url, token: nil, timeoutSeconds: 120),
            server: server
        )
        do {
            try await loop.run()
        } catch {
            try ServerProcess.stop(dataFolder: data)
            throw error
        }
        try loop.report.write(to: report)
        Terminal.print("\n" + loop.report.table)
        if keep || Terminal.isInteractive {
            Terminal.print("\nconsole  \(server.url)/   (stop the server with: aku quickstart --stop)")
        } else {
            try ServerProcess.stop(dataFolder: data)
            Terminal.print("\nconsole  was at \(server.url)/; see it again with: aku up --data \(data)")
        }
        if let problem = loop.report.problem {
            throw PlatformError(
                ErrorCode("quickstart_failed", .failedPrecondition),
                problem,
                nextStep: "The server's log is \(data)/server.log."
            )
        }
    }

    private func plan(_ interpreter: String?) throws -> QuickstartPlan {
        guard let interpreter else {
            throw PlatformError(
                .fileMissing,
                "No Python was found.",
                nextStep: "Run 'make venv', or name one with --python."
            )
        }
        return QuickstartPlan(
            root: URL(fileURLWithPath: root).standardizedFileURL.path,
            triggers: triggers,
            work: URL(fileURLWithPath: data).standardizedFileURL.path + "/quickstart",
            python: interpreter,
            languages: languages.split(separator: ",").map(String.init),
            shift: shift,
            knownRequests: knownRequests,
            shiftedRequests: shiftedRequests,
            parameters: try parameters.map { text in
                let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw PlatformError(.invalidArgument, "'\(text)' is no parameter.", nextStep: "Write -p key=value.")
                }
                return (parts[0], parts[1])
            }
        )
    }
}

/// What the quickstart is to do.
struct QuickstartPlan: Sendable {
    /// The checkout.
    let root: String
    /// The trigger file, when it is not the checkout's.
    let triggers: String?
    /// A folder for traffic files.
    let work: String
    let python: String
    let languages: [String]
    let shift: String
    let knownRequests: Int
    let shiftedRequests: Int
    /// Parameters of the pipeline besides the languages.
    let parameters: [(String, String)]

    var pipelineFile: String { "\(root)/mlops/pipelines/intent.yaml" }
    var triggerFile: String { triggers ?? "\(root)/mlops/monitoring/triggers.yaml" }
    var trafficScript: String { "\(root)/mlops/training/intent/traffic.py" }
}
