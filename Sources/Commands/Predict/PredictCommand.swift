import ArgumentParser
import Client
import Foundation
import Inference
import Primitives
import WireAPI

/// `aku predict`: asks an endpoint, or tokenises a file without one.
package struct PredictCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Ask an endpoint to classify texts.",
        discussion: """
            Example:  aku predict intent "turn on the kitchen light"
                      aku predict intent --file questions.txt --json
                      aku predict --tokenize-only rows.jsonl --tokenizer package/tokenizer.json
            """
    )

    @OptionGroup package var connection: ConnectionOptions

    @Argument(help: "The endpoint, then the texts.")
    var words: [String] = []

    @Option(
        name: .long,
        help: "A file with one text a line, or JSON lines with a member 'text'. '-' reads standard input."
    )
    var file: String?

    @Option(name: .long, help: "Print the token ids of each row of this JSON lines file instead; needs --tokenizer.")
    var tokenizeOnly: String?

    @Option(name: .long, help: "A tokenizer.json, for --tokenize-only.")
    var tokenizer: String?

    @Option(name: .long, help: "Ids a text may have, for --tokenize-only.")
    var maxLength = 64

    package init() {}

    package func validate() throws {
        if tokenizeOnly != nil {
            if tokenizer == nil { throw ValidationError("--tokenize-only needs --tokenizer.") }
        } else if words.isEmpty {
            throw ValidationError("Name the endpoint: aku predict ENDPOINT TEXT…")
        } else if words.count == 1, file == nil {
            throw ValidationError("Give at least one text, or --file.")
        }
    }

    package func run() async throws {
        if let tokenizeOnly, let tokenizer { return try tokenize(tokenizeOnly, with: tokenizer) }
        guard let endpoint = words.first else { return }
        var texts = Array(words.dropFirst())
        if let file { texts += try TextRows.read(file).map(\.text) }
        let client = try connection.client()
        var answers: [PredictionBody] = []
        for start in stride(from: 0, to: texts.count, by: ServingAPI.maximumTexts) {
            let part = Array(texts[start..<min(start + ServingAPI.maximumTexts, texts.count)])
            let reply = try await client.send(
                ServingAPI.predict,
                parameters: ["name": endpoint],
                body: PredictBody(texts: part)
            )
            answers += reply.predictions
        }
        try connection.show(PredictionList(predictions: answers)) { _ in Self.table(texts, answers) }
    }

    private static func table(_ texts: [String], _ answers: [PredictionBody]) -> String {
        let rows = zip(texts, answers).map { text, answer in
            [
                text.replacingOccurrences(of: "\n", with: " "), answer.label,
                "\(Terminal.bar(answer.score, width: 12)) \(String(format: "%.3f", answer.score))", answer.predictionID,
            ]
        }
        let from = answers.first.map { "\($0.model) version \($0.version), \($0.variant)" } ?? ""
        return Terminal.table(["text", "label", "score", "prediction"], rows) + "\n\(from)"
    }

    /// Prints one JSON array of ids a row: the tests compare them with Hugging Face's.
    private func tokenize(_ path: String, with tokenizerPath: String) throws {
        let tokenizer = try TextTokenizer(json: TextRows.bytes(tokenizerPath), maximumLength: maxLength)
        var out = Data()
        for row in try TextRows.read(path) {
            out += "[\(tokenizer.encode(row.text).ids.map(String.init).joined(separator: ","))]\n".utf8
            if out.count > 1 << 20 {
                FileHandle.standardOutput.write(out)
                out.removeAll(keepingCapacity: true)
            }
        }
        FileHandle.standardOutput.write(out)
    }
}
