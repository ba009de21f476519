import Client
import Foundation
import Inference
import Primitives
import Storage
import WireAPI

/// Fetches versions and measures them here, all on the same rows and with the variant that would serve.
struct VersionMeasurer: Sendable {
    let client: AkuClient
    let runtime: OnnxRuntime
    let suite: [LabelledText]
    let test: [LabelledText]
    let threads: Int

    /// A version by number or `@alias`.
    func version(_ model: String, _ version: String) async throws -> ModelVersionBody {
        try await client.send(ModelsAPI.version, parameters: ["name": model, "version": version])
    }

    /// Downloads the version's package, checks it and measures its default variant.
    ///
    /// - Throws: `failed_precondition` for a version without a package, and what the package is found wrong for.
    func measure(_ version: ModelVersionBody) async throws -> ModelGate.Figures {
        guard let package = version.packageDigest else {
            throw PlatformError(
                ErrorCode("version_without_package", .failedPrecondition),
                "Version \(version.version) of '\(version.model)' has no package.",
                nextStep: "Register one with 'aku models register'."
            )
        }
        let folder = FileManager.default.temporaryDirectory.path + "/aku-gate-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await client.downloadTree(package, to: folder)
        let reader = try PackageReader(folder: folder) { Digest.sha256(of: $0) }
        let classifier = try TextClassifier(package: reader, variant: nil, runtime: runtime)
        let name = "version \(version.version)"
        return ModelGate.Figures(
            version: Int(version.version),
            suite: try await measure(classifier, suite, "\(name) suite"),
            test: try await measure(classifier, test, "\(name) test"),
            languages: reader.manifest.languages
        )
    }

    private func measure(_ classifier: TextClassifier, _ rows: [LabelledText], _ step: String) async throws
        -> AccuracyReport
    {
        let answers = try await classifier.classifyAll(rows.map(\.text), threads: threads) { done in
            let text = "\(Terminal.bar(Double(done) / Double(max(1, rows.count)))) \(step) \(done)/\(rows.count)"
            Terminal.progress(text, final: done == rows.count)
        }
        return AccuracyReport(rows, answers: answers.map(\.label))
    }
}
