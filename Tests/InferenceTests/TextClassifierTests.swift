import Foundation
import Inference
import Primitives
import Testing

struct TextClassifierTests {
    @Test func `A text gets its label, its scores and what monitoring needs`() throws {
        let answer = try #require(try Fixture.classifier().classify(["Turn ON the zebra"]).first)
        let expected: [Double] = [4, -1, 0].map { exp($0) }
        let sum = expected.reduce(0, +)
        #expect(answer.alternatives.map(\.label) == ["TurnOn", "Weather", "TurnOff"])
        #expect(abs(answer.score - expected[0] / sum) < 1e-6)
        #expect(abs(answer.secondScore - expected[2] / sum) < 1e-6)
        #expect(answer.tokenCount == 6)
        #expect(answer.unknownShare == 0.25)
        #expect(answer.characterCount == 17)
    }

    @Test func `A batch gives what each text gives alone when the model is batch invariant`() throws {
        let texts = ["turn on", "éteins la lampe de la cuisine", "rain tomorrow ?", "x"]
        let classifier = try Fixture.classifier()
        #expect(try classifier.classify(texts) == texts.flatMap { try classifier.classify([$0]) })
    }

    @Test func `One scale for a batch is noticed`() throws {
        let texts = try Fixture.rows("test.jsonl").map(\.text)
        #expect(try Fixture.classifier("model.fp32.onnx").isBatchInvariant(texts))
        #expect(!(try Fixture.classifier("model.int8.onnx").isBatchInvariant(texts)))
    }

    @Test func `Texts that no model should see are refused`() async throws {
        let classifier = try Fixture.classifier()
        #expect(await code { _ = try classifier.classify([""]) } == "text_empty")
        let long = String(repeating: "a", count: TextClassifier.maximumTextBytes + 1)
        #expect(await code { _ = try classifier.classify([long]) } == "text_too_long")
        #expect(try classifier.classify([String(long.dropLast())]).count == 1)
    }

    @Test func `A model that is no classifier of these labels is refused`() async throws {
        let tokenizer = try Fixture.tokenizer()
        let cases = [
            ("matmul.onnx", Fixture.labels), ("strings.onnx", Fixture.labels), ("model.fp32.onnx", ["one", "two"]),
        ]
        for (name, labels) in cases {
            let session = try Fixture.session(name)
            let got = await code {
                _ = try TextClassifier(tokenizer: tokenizer, session: session, labels: labels, batchInvariant: true)
            }
            #expect(got == "model_corrupt", "\(name)")
        }
    }
}
