import Foundation
import Inference
import Primitives
import Storage

/// The files that Tests/Fixtures/Inference/generate_fixtures.py wrote, and the runtime of the repository's environment.
enum Fixture {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    static let labels = ["TurnOn", "TurnOff", "Weather"]

    static func data(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(repository)/Tests/Fixtures/Inference/\(name)"))
    }

    static let library = OnnxLibrary.search(
        python: repository + "/.venv/bin/python",
        environment: ProcessInfo.processInfo.environment
    )

    static func runtime() throws -> OnnxRuntime { try OnnxRuntime(library) }

    static func session(_ name: String) throws -> OnnxSession {
        try OnnxSession(runtime(), model: data(name), name: name)
    }

    static func tokenizer(maximumLength: Int = 64) throws -> TextTokenizer {
        try TextTokenizer(json: data("tokenizer.json"), maximumLength: maximumLength)
    }

    static func classifier(_ name: String = "model.fp32.onnx", batchInvariant: Bool = true) throws -> TextClassifier {
        try TextClassifier(
            tokenizer: tokenizer(),
            session: session(name),
            labels: labels,
            batchInvariant: batchInvariant
        )
    }

    static func rows(_ name: String) throws -> [LabelledText] {
        struct Row: Decodable {
            let text: String
            let intent: String
            let language: String?
        }
        return try data(name).split(separator: 10).map { line in
            let row = try JSONDecoder().decode(Row.self, from: Data(line))
            return LabelledText(text: row.text, label: row.intent, language: row.language ?? "")
        }
    }

    static let hash: @Sendable (Data) -> Digest = { Digest.sha256(of: $0) }

    static func input(int8: String = "model.int8.onnx") throws -> PackageBuilder.Input {
        PackageBuilder.Input(
            name: "intent",
            tokenizer: try data("tokenizer.json"),
            maximumLength: 64,
            labels: labels,
            variants: ["fp32": try data("model.fp32.onnx"), "int8": try data(int8)],
            defaultVariant: "int8",
            test: try rows("test.jsonl"),
            reference: try rows("reference.jsonl"),
            originalAccuracy: 1,
            maximumDrop: 0.01,
            provenance: ["data": "fixture"]
        )
    }

    static func builder() throws -> PackageBuilder {
        PackageBuilder(
            runtime: try runtime(),
            hash: hash,
            profile: { try CanonicalJSON.encode(["count": $0.count]) },
            threads: 2
        )
    }
}

/// The code of the platform error that `body` throws, or what else happened.
func code(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "no error"
    } catch let error as PlatformError {
        return error.code.name
    } catch {
        return "\(error)"
    }
}
