import ArgumentParser
import Foundation
import Inference
import Monitoring
import Primitives
import Storage

/// `aku models package`: makes a package from a trained model, without a server.
package struct PackageCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "package",
        abstract: "Make a package from exported models; refuse one that lost accuracy.",
        discussion: """
            Example:  aku models package --model-dir model --fp32 model.fp32.onnx --int8 model.int8.onnx \\
                        --test test.jsonl --reference reference.jsonl --original-accuracy 0.954 --out package

            Measures each variant on the test split with the tokenizer and the runtime that will serve it. Exit status 1
            with 'accuracy_drop' when one is more than --max-drop below the original. The same inputs give the same bytes.
            """
    )

    @Option(name: .long, help: "The folder with tokenizer.json and labels.json.")
    var modelDir: String

    @Option(name: .long, help: "The ONNX file in fp32.")
    var fp32: String

    @Option(name: .long, help: "The ONNX file in int8; it serves by default when it is given.")
    var int8: String?

    @Option(name: .long, help: "The test split: JSON lines with text, intent, language.")
    var test: String

    @Option(name: .long, help: "Rows for the reference profile, in the same form.")
    var reference: String

    @Option(name: .long, help: "The accuracy of the original model on the test split, 0 to 1.")
    var originalAccuracy: Double

    @Option(name: .long, help: "How far a variant may be below it: 0.01 is one point.")
    var maxDrop = 0.01

    @Option(name: .long, help: "The folder to write.")
    var out: String

    @Option(name: .long, help: "The model's name.")
    var name = "intent"

    @Option(name: .long, help: "Token ids a text may have.")
    var maxLength = 64

    @Option(name: .long, help: "A fact about where the model came from, KEY=VALUE; may be repeated.")
    var provenance: [String] = []

    @Option(name: .long, help: "Texts classified at once. Default: the processors.")
    var threads = ProcessInfo.processInfo.activeProcessorCount

    @Option(name: .long, help: "The Python in whose packages ONNX Runtime lies. Default: AKU_PYTHON, .venv, PATH.")
    var python: String?

    @Flag(name: .long, help: "Print JSON instead of a table.")
    var json = false

    package init() {}

    package func validate() throws {
        guard (0...1).contains(originalAccuracy), (0...1).contains(maxDrop), (1...256).contains(threads) else {
            throw ValidationError("--original-accuracy and --max-drop go from 0 to 1, --threads from 1 to 256.")
        }
    }

    package func run() async throws {
        let input = try collect()
        let builder = PackageBuilder(
            runtime: try OnnxRuntime.local(python: python),
            hash: { Digest.sha256(of: $0) },
            profile: { try CanonicalJSON.encode(ReferenceProfile.build(from: $0)) + [10] },
            threads: threads
        )
        let made = try await builder.build(input, into: out) { step, done, total in
            let text = "\(Terminal.bar(Double(done) / Double(max(1, total)))) \(step) \(done)/\(total)"
            Terminal.progress(text, final: done == total)
        }
        let report = PackageReport(folder: out, manifest: made.manifest, measured: made.measured)
        Terminal.print(json ? try CanonicalJSON.text(report) : report.table)
    }

    private func collect() throws -> PackageBuilder.Input {
        let labels = try CanonicalJSON.decode(
            [String].self,
            from: TextRows.bytes(modelDir + "/labels.json"),
            what: "file \(modelDir)/labels.json"
        )
        var variants = ["fp32": try TextRows.bytes(fp32)]
        if let int8 { variants["int8"] = try TextRows.bytes(int8) }
        var facts: [String: String] = [:]
        for fact in provenance {
            let parts = fact.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ValidationError("--provenance takes KEY=VALUE, not '\(fact)'.") }
            facts[parts[0]] = parts[1]
        }
        return PackageBuilder.Input(
            name: try Name.check(name, what: "model"),
            tokenizer: try TextRows.bytes(modelDir + "/tokenizer.json"),
            maximumLength: maxLength,
            labels: labels,
            variants: variants,
            defaultVariant: int8 == nil ? "fp32" : "int8",
            test: try TextRows.labelled(test).map(\.labelled),
            reference: try TextRows.read(reference).map(\.labelled),
            originalAccuracy: originalAccuracy,
            maximumDrop: maxDrop,
            provenance: facts
        )
    }
}

/// What `aku models package` prints.
private struct PackageReport: Encodable {
    let folder: String
    let manifest: PackageManifest
    let measured: [String: AccuracyReport]

    var table: String {
        let rows = manifest.variants.sorted { $0.key < $1.key }.map { name, variant in
            let size = manifest.files.first { $0.path == variant.file }?.size ?? 0
            return [
                name + (name == manifest.defaultVariant ? " (default)" : ""),
                "\(Terminal.bar(variant.accuracy, width: 12)) \(String(format: "%.4f", variant.accuracy))",
                String(format: "%+.2f", (variant.accuracy - manifest.originalAccuracy) * 100),
                String(format: "%.1f MB", Double(size) / 1e6), variant.batchInvariant ? "yes" : "no",
            ]
        }
        return Terminal.table(["variant", "accuracy", "points", "size", "batch invariant"], rows)
            + "\n\(folder): \(manifest.labels.count) labels, languages \(manifest.languages.joined(separator: " "))"
    }
}

extension TextRows.Row {
    /// The row as packaging takes it.
    var labelled: LabelledText { LabelledText(text: text, label: intent ?? "", language: language ?? "") }
}

extension OnnxRuntime {
    /// The runtime of this machine.
    ///
    /// - Throws: `runtime_missing`.
    static func local(python: String?) throws -> OnnxRuntime {
        try OnnxRuntime(
            .search(python: LocalMachine.python(option: python), environment: ProcessInfo.processInfo.environment)
        )
    }
}
