import Foundation
import Inference
import Primitives
import TestSupport
import Testing

struct OnnxSessionTests {
    private func floats(_ shape: [Int], _ values: [Float]) throws -> Tensor {
        try Tensor(.float32, shape: shape, elements: values)
    }

    @Test func `A model runs and its interface is read from the file`() throws {
        let session = try Fixture.session("matmul.onnx")
        #expect(session.inputs == [TensorDescription(name: "x", datatype: .float32, shape: [-1, 2])])
        #expect(session.outputs == [TensorDescription(name: "y", datatype: .float32, shape: [-1, 3])])
        let results = try session.run([NamedTensor("x", floats([2, 2], [1, 2, 3, 4]))])
        #expect(results == [NamedTensor("y", try floats([2, 3], [6, 9, 12, 12, 19, 26]))])
    }

    @Test func `Strings of any bytes but NUL go in and come out`() throws {
        let words: [[UInt8]] = [Array("light".utf8), [], [0xFF, 0xFE], Array("مرحبا".utf8)]
        let tensor = try Tensor(.bytes, shape: [4], storage: .strings(words))
        #expect(
            try Fixture.session("strings.onnx").run([NamedTensor("words", tensor)]) == [NamedTensor("same", tensor)]
        )
    }

    @Test func `Tensors that the model does not take are refused by name, type and shape`() async throws {
        let session = try Fixture.session("matmul.onnx")
        let good = try floats([1, 2], [1, 2])
        let cases: [(String, [NamedTensor], [String]?)] = [
            ("wrong name", [NamedTensor("z", good)], nil),
            ("missing", [], nil),
            ("twice", [NamedTensor("x", good), NamedTensor("x", good)], nil),
            ("unknown beside", [NamedTensor("x", good), NamedTensor("z", good)], nil),
            ("wrong type", [NamedTensor("x", try Tensor(.float64, shape: [1, 2], elements: [1.0, 2.0]))], nil),
            ("wrong size", [NamedTensor("x", try floats([1, 3], [1, 2, 3]))], nil),
            ("wrong rank", [NamedTensor("x", try floats([2], [1, 2]))], nil),
            ("unknown output", [NamedTensor("x", good)], ["z"]),
        ]
        for (name, tensors, outputs) in cases {
            #expect(await code { _ = try session.run(tensors, outputs: outputs) } == "tensor_mismatch", "\(name)")
        }
        let words = try Fixture.session("strings.onnx")
        let nul = try Tensor(.bytes, shape: [1], storage: .strings([[65, 0, 66]]))
        #expect(await code { _ = try words.run([NamedTensor("words", nul)]) } == "tensor_mismatch")
    }

    @Test func `A tensor whose elements do not fill its shape cannot be made`() async {
        for shape in [[2, 2], [-1], [Int.max, 4], []] {
            let made = await code { _ = try Tensor(.float32, shape: shape, elements: [1, 2, 3] as [Float]) }
            #expect(made == "tensor_shape", "\(shape)")
        }
    }

    @Test func `Damaged model files are refused and the process lives on`() async throws {
        let runtime = try Fixture.runtime()
        let good = try Fixture.data("model.fp32.onnx")
        var flipped = good
        flipped[4] ^= 0xFF
        let files: [(Data, String)] = [
            (Data(), "model_corrupt"),
            (Data("not a model".utf8), "model_corrupt"),
            (good.prefix(good.count / 2), "model_corrupt"),
            (flipped, "model_corrupt"),
            (Data(repeating: 0xFF, count: 4096), "model_corrupt"),
            (try Fixture.data("external.onnx"), "model_external_data"),
        ]
        for (index, (data, expected)) in files.enumerated() {
            let got = await code { _ = try OnnxSession(runtime, model: Data(data), name: "model") }
            #expect(got == expected, "case \(index)")
        }
        // Every single-byte truncation and many flips: an error or a model, never a crash.
        for count in stride(from: 0, to: good.count, by: 7) {
            _ = try? OnnxSession(runtime, model: good.prefix(count), name: "cut")
        }
        #expect(try Fixture.classifier().classify(["turn on the light"]).map(\.label) == ["TurnOn"])
    }

    @Test func `One session answers many threads at once`() async throws {
        let session = try Fixture.session("matmul.onnx")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let x = Float(index)
                    let out = try session.run([
                        NamedTensor("x", try Tensor(.float32, shape: [1, 2], elements: [x, 0]))
                    ])
                    return out.first?.tensor.elements(as: Float.self) == [0, x, 2 * x]
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func `Two hundred loads give their memory back`() throws {
        let runtime = try Fixture.runtime()
        let model = try Fixture.data("model.fp32.onnx")
        func resident() -> Int {
            let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
            return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
        }
        for _ in 0..<50 { _ = try OnnxSession(runtime, model: model, name: "model") }
        let before = resident()
        for _ in 0..<200 { _ = try OnnxSession(runtime, model: model, name: "model") }
        // Other tests run beside this one: the bound is what 200 leaked sessions would pass by far.
        #expect(resident() - before < 64 << 20)
    }

    @Test func `A machine without the library is told how to install it`() async throws {
        let library = OnnxLibrary.search(
            python: nil,
            environment: ["AKU_ONNXRUNTIME": "/nonexistent/libonnxruntime.so"]
        )
        #expect(library.candidates == ["/nonexistent/libonnxruntime.so"])
        #expect(await code { _ = try OnnxRuntime(library) } == "runtime_missing")
        let other = OnnxLibrary.search(python: nil, environment: ["AKU_ONNXRUNTIME": "libc.so.6"])
        do {
            _ = try OnnxRuntime(other)
            Issue.record("libc is no ONNX Runtime")
        } catch let error as PlatformError {
            #expect(error.nextStep.contains("pip install onnxruntime"))
        }
    }
}
