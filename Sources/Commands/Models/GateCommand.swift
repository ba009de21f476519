import ArgumentParser
import Client
import Foundation
import Inference
import Primitives
import Storage
import WireAPI

/// `aku models gate`: tests a challenger against a fixed suite and the champion, and records the verdict.
package struct GateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Test a challenger against a fixed suite and the champion.",
        discussion: """
            Example:  aku models gate --model intent --challenger 3 --test test.jsonl --suite suite.jsonl --out decision.json

            Both versions are measured here on the same rows. The verdict is recorded on the challenger as an attestation
            and written to --out; a refusal is a result, not an error, and exits with status 0.
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Option(name: .long, help: "The registered model.")
    var model: String

    @Option(name: .long, help: "The challenger's version, or the file that 'aku models register --out' wrote.")
    var challenger: String

    @Option(name: .long, help: "The test split: JSON lines with text, intent, language.")
    var test: String

    @Option(name: .long, help: "The fixed suite: JSON lines with text, intent.")
    var suite: String

    @Option(name: .long, help: "The file to write the decision to.")
    var out: String

    @Option(name: .long, help: "The smallest share of the suite that must pass, 0 to 1.")
    var minimumSuite = 0.95

    @Option(name: .long, help: "How far the accuracy in a language that the champion knows may fall, 0 to 1.")
    var maximumLanguageDrop = 0.02

    @Option(name: .long, help: "Texts classified at once. Default: the processors.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(name: .long, help: "The Python in whose packages ONNX Runtime lies. Default: AKU_PYTHON, .venv, PATH.")
    var python: String?

    package init() {}

    package func run() async throws {
        guard (0...1).contains(minimumSuite), (0...1).contains(maximumLanguageDrop) else {
            throw PlatformError(.invalidArgument, "--minimum-suite and --maximum-language-drop go from 0 to 1.")
        }
        let gate = ModelGate(minimumSuiteRate: minimumSuite, maximumLanguageDrop: maximumLanguageDrop)
        let client = try connection.client(timeoutSeconds: 600)
        let measurer = VersionMeasurer(
            client: client,
            runtime: try OnnxRuntime.local(python: python),
            suite: try TextRows.labelled(suite).map(\.labelled),
            test: try TextRows.labelled(test).map(\.labelled),
            threads: threads
        )
        let wanted = try challengerVersion()
        let challenger = try await measurer.version(model, wanted)
        let champion = try await currentChampion(measurer)
        let verdict: (promote: Bool, reasons: [String])
        let newFigures = try await measurer.measure(challenger)
        var oldFigures: ModelGate.Figures?
        if let champion, champion.packageDigest == challenger.packageDigest {
            verdict = (true, ["passed: Version \(challenger.version) is the champion already."])
        } else {
            if let champion { oldFigures = try await measurer.measure(champion) }
            verdict = gate.decide(challenger: newFigures, champion: oldFigures)
        }
        let report = GateReport(
            promote: verdict.promote,
            reasons: verdict.reasons,
            challenger: newFigures,
            champion: oldFigures,
            rules: gate
        )
        _ = try await client.send(
            ModelsAPI.attest,
            parameters: ["name": model, "version": "\(challenger.version)"],
            body: NewAttestationBody(
                kind: "gate",
                passed: verdict.promote,
                reasons: verdict.reasons,
                details: try report.details
            )
        )
        try write(report)
        try connection.show(report) { $0.text }
    }

    private func challengerVersion() throws -> String {
        if Int64(challenger) != nil { return challenger }
        struct Registered: Decodable { let version: Int64 }
        return
            "\(try CanonicalJSON.decode(Registered.self, from: TextRows.bytes(challenger), what: "file \(challenger)").version)"
    }

    /// The champion, or nil when the alias points at nothing.
    private func currentChampion(_ measurer: VersionMeasurer) async throws -> ModelVersionBody? {
        do {
            return try await measurer.version(model, "@champion")
        } catch let error as PlatformError where error.code.kind == .notFound {
            return nil
        }
    }

    private func write(_ report: GateReport) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            try (encoder.encode(report) + [10]).write(to: URL(fileURLWithPath: out), options: .atomic)
        } catch {
            throw PlatformError(
                .fileMissing,
                "The decision cannot be written to '\(out)': \(error.localizedDescription)"
            )
        }
    }
}
