import ArgumentParser
import Commands
import Foundation
import Primitives

/// `aku doctor`: looks for what the platform needs on this machine and says how to install what is missing.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is missing on this machine and how to install it.",
        discussion: """
            Example:  aku doctor --python .venv/bin/python

            Exit status 1 when something is missing without which the platform cannot do its main job.
            """
    )

    @Option(name: .long, help: "The data folder. Default: AKU_DATA, else ~/.aku.")
    var data: String?

    @Option(name: .long, help: "The port that 'aku up' would use.")
    var port = 8470

    @Option(name: .long, help: "The Python to look at. Default: AKU_PYTHON, .venv/bin/python, python3.")
    var python: String?

    @Option(name: .long, help: "postgres://USER@HOST:PORT/DATABASE to look at. Default: AKU_DATABASE, else SQLite.")
    var database: String?

    @Option(name: .long, help: "The object store to look at, as for 'aku up'. Default: AKU_OBJECTS.")
    var objects: String?

    @Flag(name: .long, help: "Print JSON instead of a table.")
    var json = false

    func run() async throws {
        let interpreter = LocalMachine.python(option: python)
        let machine = MachineCheck(dataFolder: LocalMachine.dataFolder(option: data), port: port)
        let address = try LocalMachine.database(option: database)
        let findings =
            await machine.run() + DatabaseCheck(address: address).run() + ObjectStoreCheck(address: objects).run()
            + PythonCheck(interpreter: interpreter).run()
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            Terminal.print(String(decoding: try encoder.encode(findings), as: UTF8.self))
        } else {
            let rows = findings.map { [$0.state.glyph, $0.name, $0.detail] }
            Terminal.print(Terminal.table(["", "part", "found"], rows))
            for finding in findings where !finding.fix.isEmpty { Terminal.print("\(finding.name): \(finding.fix)") }
        }
        if findings.contains(where: { $0.state == .missing }) { throw ExitCode(1) }
    }
}

/// One thing that was looked at.
struct DoctorFinding: Codable {
    /// How it stands.
    enum State: String, Codable {
        case fine = "ok"
        case warning
        case missing

        var glyph: String {
            switch self {
            case .fine: "✓"
            case .warning: "!"
            case .missing: "✗"
            }
        }
    }

    let name: String
    let state: State
    let detail: String
    /// How to mend it; empty when nothing needs mending.
    let fix: String
}
