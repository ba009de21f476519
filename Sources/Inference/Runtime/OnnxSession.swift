import COnnxRuntime
import Foundation
import Primitives

/// How much ONNX Runtime rewrites a model's graph when it loads it.
package enum GraphOptimisation: Int32, Sendable, Codable {
    case none = 0
    case basic = 1
    case extended = 2
    case all = 99
}

/// A model loaded in ONNX Runtime. `run` may be called by several threads at once; it blocks the caller's thread.
package final class OnnxSession: @unchecked Sendable {
    // Sendable: the pointer is set once, the C session is immutable, and ONNX Runtime's Run may be called concurrently.
    private let handle: OpaquePointer
    private let runtime: OnnxRuntime
    /// What the model takes, in its order.
    package let inputs: [TensorDescription]
    /// What the model returns, in its order.
    package let outputs: [TensorDescription]

    /// Loads a model from memory.
    ///
    /// - Parameters:
    ///   - model: the bytes of the .onnx file; copied by the runtime.
    ///   - name: what errors call it.
    ///   - threads: threads that share one operator, the caller's included, from 1.
    /// - Throws: `model_corrupt`, `model_external_data`.
    package init(
        _ runtime: OnnxRuntime,
        model: Data,
        name: String,
        threads: Int = 1,
        optimisation: GraphOptimisation = .all
    ) throws {
        try OnnxModelFile(model, name: name).refuseExternalData()
        var error = aku_ort_error()
        let created = model.withUnsafeBytes { bytes in
            aku_ort_session_create(
                runtime.handle,
                bytes.baseAddress,
                bytes.count,
                Int32(max(1, threads)),
                optimisation.rawValue,
                &error
            )
        }
        guard let created else {
            throw PlatformError(
                .modelCorrupt,
                "The model '\(name)' cannot be loaded: \(error.text)",
                nextStep: "Export it again and check it with onnx.checker.",
                context: ["model": name, "onnxruntime_code": "\(error.code)", "onnxruntime": runtime.version]
            )
        }
        do {
            inputs = try (0..<aku_ort_input_count(created)).map {
                try Self.describe(aku_ort_input_info(created, $0), name)
            }
            outputs = try (0..<aku_ort_output_count(created)).map {
                try Self.describe(aku_ort_output_info(created, $0), name)
            }
        } catch {
            aku_ort_session_release(created)
            throw error
        }
        handle = created
        self.runtime = runtime
    }

    deinit {
        aku_ort_session_release(handle)
    }

    private static func describe(_ info: UnsafePointer<aku_ort_tensor_info>?, _ model: String) throws
        -> TensorDescription
    {
        guard let info = info?.pointee, let name = info.name, let type = TensorType(onnx: info.element_type) else {
            throw PlatformError(
                .modelCorrupt,
                "The model '\(model)' has an input or output of a type that is not supported.",
                context: ["model": model]
            )
        }
        let shape = withUnsafeBytes(of: info.shape) { Array($0.bindMemory(to: Int64.self).prefix(info.rank)) }
        return TensorDescription(name: String(cString: name), datatype: type, shape: shape.map { Int(max(-1, $0)) })
    }

    /// Runs the model.
    ///
    /// - Parameter wanted: names of outputs; nil for all.
    /// - Throws: `tensor_mismatch` before anything runs when a name, type or shape is not the model's; `runtime_failed`
    ///   or `tensor_mismatch` for what the runtime refuses.
    package func run(_ tensors: [NamedTensor], outputs wanted: [String]? = nil) throws -> [NamedTensor] {
        try check(tensors)
        let names = wanted ?? outputs.map(\.name)
        for name in names where !outputs.contains(where: { $0.name == name }) {
            throw PlatformError(
                .tensorMismatch,
                "The model has no output '\(name)'.",
                nextStep: Suggestion.phrase(for: name, among: outputs.map(\.name))
            )
        }
        let arguments = try OnnxArguments(tensors, outputs: names)
        var results = [aku_ort_output](repeating: aku_ort_output(), count: names.count)
        var error = aku_ort_error()
        let code = arguments.withPointers { inputs, outputNames in
            aku_ort_run(
                handle,
                inputs.baseAddress,
                inputs.count,
                outputNames.baseAddress,
                outputNames.count,
                &results,
                &error
            )
        }
        guard code == 0 else {
            // 2 is INVALID_ARGUMENT: what the model's own operators find wrong with the shapes given.
            throw PlatformError(
                code == 2 ? .tensorMismatch : .runtimeFailed,
                "The model could not run: \(error.text)",
                context: ["onnxruntime_code": "\(code)"]
            )
        }
        defer { for index in results.indices { aku_ort_output_release(handle, &results[index]) } }
        return try zip(names, results).map { NamedTensor($0, try copy($1)) }
    }

    private func copy(_ output: aku_ort_output) throws -> Tensor {
        let shape = withUnsafeBytes(of: output.shape) {
            $0.bindMemory(to: Int64.self).prefix(output.rank).map(Int.init)
        }
        guard let type = TensorType(onnx: output.element_type) else {
            throw PlatformError(.runtimeFailed, "The model returned an element type that is not supported.")
        }
        guard let width = type.width else {
            return try Tensor(type, shape: shape, storage: .strings(copyStrings(output)))
        }
        let bytes = UnsafeRawBufferPointer(start: output.data, count: output.element_count * width)
        return try Tensor(type, shape: shape, storage: .numbers(Array(bytes)))
    }

    private func copyStrings(_ output: aku_ort_output) throws -> [[UInt8]] {
        var output = output
        var error = aku_ort_error()
        var total = 0
        var bytes: [UInt8] = []
        var starts = [Int](repeating: 0, count: output.element_count)
        var code = aku_ort_output_string_bytes(handle, &output, &total, &error)
        if code == 0 {
            bytes = [UInt8](repeating: 0, count: total)
            code = aku_ort_output_strings(handle, &output, &bytes, total, &starts, &error)
        }
        guard code == 0 else {
            throw PlatformError(.runtimeFailed, "The model's strings cannot be read: \(error.text)")
        }
        return starts.indices.map { Array(bytes[starts[$0]..<($0 + 1 < starts.count ? starts[$0 + 1] : total)]) }
    }
}
