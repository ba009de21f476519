import Foundation
import Primitives

/// Makes a package: measures each variant with this platform's own tokenizer and runtime, refuses one that lost accuracy,
/// and writes golden cases, reference profile and manifest. The same inputs give the same bytes.
package struct PackageBuilder: Sendable {
    /// What goes in.
    package struct Input: Sendable {
        /// The model's name.
        package var name: String
        /// The bytes of tokenizer.json.
        package var tokenizer: Data
        /// Ids a text may have.
        package var maximumLength: Int
        /// The labels, by output index.
        package var labels: [String]
        /// The bytes of each variant's ONNX file, by name.
        package var variants: [String: Data]
        /// Which variant serves by default.
        package var defaultVariant: String
        /// Rows that no training saw, to measure accuracy.
        package var test: [LabelledText]
        /// Rows like those that training saw, for the reference profile.
        package var reference: [LabelledText]
        /// The accuracy before export.
        package var originalAccuracy: Double
        /// How far a variant's accuracy may be below it, for example 0.01 for one point.
        package var maximumDrop: Double
        /// Identifiers of where the model came from.
        package var provenance: [String: String]

        /// Collects the parts.
        package init(
            name: String,
            tokenizer: Data,
            maximumLength: Int,
            labels: [String],
            variants: [String: Data],
            defaultVariant: String,
            test: [LabelledText],
            reference: [LabelledText],
            originalAccuracy: Double,
            maximumDrop: Double,
            provenance: [String: String]
        ) {
            self.name = name
            self.tokenizer = tokenizer
            self.maximumLength = maximumLength
            self.labels = labels
            self.variants = variants
            self.defaultVariant = defaultVariant
            self.test = test
            self.reference = reference
            self.originalAccuracy = originalAccuracy
            self.maximumDrop = maximumDrop
            self.provenance = provenance
        }
    }

    /// What is told while it works: the step, texts done, texts in all.
    package typealias Progress = @Sendable (String, Int, Int) -> Void

    private let runtime: OnnxRuntime
    private let hash: @Sendable (Data) -> Digest
    private let profile: @Sendable ([PredictionRecord]) throws -> Data
    private let threads: Int

    /// - Parameters:
    ///   - hash: SHA-256.
    ///   - profile: the bytes of reference.json, from the predictions on the reference rows.
    ///   - threads: texts classified at once.
    package init(
        runtime: OnnxRuntime,
        hash: @escaping @Sendable (Data) -> Digest,
        profile: @escaping @Sendable ([PredictionRecord]) throws -> Data,
        threads: Int
    ) {
        self.runtime = runtime
        self.hash = hash
        self.profile = profile
        self.threads = threads
    }

    /// Measures, and writes the package into an empty or new folder.
    ///
    /// - Returns: the manifest and what each variant measured.
    /// - Throws: `accuracy_drop`, `test_split_too_small`, and what the parts themselves find wrong. Nothing is written then.
    package func build(
        _ input: Input,
        into folder: String,
        progress: @escaping Progress
    ) async throws -> (manifest: PackageManifest, measured: [String: AccuracyReport]) {
        let tokenizer = try TextTokenizer(json: input.tokenizer, maximumLength: input.maximumLength)
        guard input.test.count >= GoldenSelection.minimumCases else {
            throw PlatformError(
                .testSplitTooSmall,
                "The test split has \(input.test.count) rows; at least \(GoldenSelection.minimumCases) are needed.",
                nextStep: "Hold out more rows."
            )
        }
        var described: [String: PackageManifest.Variant] = [:]
        var measured: [String: AccuracyReport] = [:]
        var files: [String: Data] = ["tokenizer.json": input.tokenizer]
        var golden: [GoldenCase] = []
        for (name, model) in input.variants.sorted(by: { $0.key < $1.key }) {
            let file = "model.\(name).onnx"
            let session = try OnnxSession(runtime, model: model, name: file)
            let classifier = try TextClassifier(
                tokenizer: tokenizer,
                session: session,
                labels: input.labels,
                batchInvariant: false
            )
            let texts = input.test.map(\.text)
            let answers = try await classifier.classifyAll(texts, threads: threads) {
                progress("test \(name)", $0, texts.count)
            }
            let result = AccuracyReport(input.test, answers: answers.map(\.label))
            try check(name, result.accuracy, input)
            measured[name] = result
            described[name] = PackageManifest.Variant(
                file: file,
                runtime: "onnx",
                accuracy: Self.rounded(result.accuracy),
                batchInvariant: try classifier.isBatchInvariant(texts)
            )
            files[file] = model
            if name == input.defaultVariant {
                golden = GoldenSelection.choose(input.test, answers)
                files["reference.json"] = try await reference(classifier, input, progress)
            }
        }
        files["golden.jsonl"] = try GoldenCase.write(golden)
        let manifest = PackageManifest(
            name: input.name,
            labels: input.labels,
            tokenizer: .init(file: "tokenizer.json", maximumLength: input.maximumLength),
            variants: described,
            defaultVariant: input.defaultVariant,
            originalAccuracy: Self.rounded(input.originalAccuracy),
            languages: Set(input.test.map(\.language)).subtracting([""]).sorted(),
            golden: "golden.jsonl",
            reference: "reference.json",
            files: files.sorted { $0.key < $1.key }.map {
                .init(path: $0.key, size: Int64($0.value.count), sha256: hash($0.value))
            },
            provenance: input.provenance
        )
        try manifest.check()
        files[PackageManifest.fileName] = try Self.pretty(manifest)
        try write(files, into: folder)
        return (manifest, measured)
    }

    private func check(_ variant: String, _ accuracy: Double, _ input: Input) throws {
        let drop = input.originalAccuracy - accuracy
        guard drop > input.maximumDrop + 1e-12 else { return }
        func points(_ share: Double) -> String { String(format: "%.2f", share * 100) }
        throw PlatformError(
            .accuracyDrop,
            "The variant '\(variant)' labels \(points(accuracy)) % of the test split correctly, \(points(drop)) points below "
                + "the original's \(points(input.originalAccuracy)) %; at most \(points(input.maximumDrop)) are allowed.",
            nextStep: "Quantise per channel, leave layers in fp32, or allow more with --max-drop.",
            context: ["variant": variant, "accuracy": "\(accuracy)", "drop": "\(drop)"]
        )
    }

    private func reference(_ classifier: TextClassifier, _ input: Input, _ progress: @escaping Progress) async throws
        -> Data
    {
        let texts = input.reference.map(\.text)
        let answers = try await classifier.classifyAll(texts, threads: threads) {
            progress("reference", $0, texts.count)
        }
        return try profile(
            answers.map { answer in
                PredictionRecord(
                    id: "",
                    at: Timestamp(milliseconds: 0),
                    endpoint: "",
                    model: input.name,
                    version: 0,
                    variant: input.defaultVariant,
                    label: answer.label,
                    score: answer.score,
                    secondScore: answer.secondScore,
                    tokenCount: answer.tokenCount,
                    unknownShare: answer.unknownShare,
                    characterCount: answer.characterCount,
                    latencyMicroseconds: 0
                )
            }
        )
    }

    /// The manifest goes last: a folder with one is complete.
    private func write(_ files: [String: Data], into folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let names = files.keys.sorted().filter { $0 != PackageManifest.fileName } + [PackageManifest.fileName]
            for name in names {
                try files[name]?.write(to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
            }
        } catch {
            throw PlatformError(
                .diskFull,
                "The package cannot be written to '\(folder)': \(error.localizedDescription)"
            )
        }
    }

    /// Six digits: a share of up to a million rows, written the same on every machine.
    private static func rounded(_ share: Double) -> Double { (share * 1e6).rounded() / 1e6 }

    private static func pretty(_ manifest: PackageManifest) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(manifest) + [10]
    }
}

extension ErrorCode {
    /// A variant of a model is less accurate than the original by more than is allowed.
    package static let accuracyDrop = ErrorCode("accuracy_drop", .failedPrecondition)
    /// A test split has too few rows to choose golden cases from.
    package static let testSplitTooSmall = ErrorCode("test_split_too_small", .invalidArgument)
}
