import COnnxRuntime
import Primitives

/// Inputs and output names in C's form, alive for the length of one call.
struct OnnxArguments {
    private let tensors: [NamedTensor]
    private let names: [[CChar]]
    private let outputs: [[CChar]]
    private let shapes: [[Int64]]

    /// - Throws: `tensor_mismatch` for a string that holds a NUL byte, which the runtime's interface cannot carry.
    init(_ tensors: [NamedTensor], outputs: [String]) throws {
        for given in tensors {
            if case .strings(let strings) = given.tensor.storage, strings.contains(where: { $0.contains(0) }) {
                throw PlatformError(.tensorMismatch, "A string of the input '\(given.name)' holds a NUL byte.")
            }
        }
        self.tensors = tensors
        names = tensors.map { Array($0.name.utf8CString) }
        self.outputs = outputs.map { Array($0.utf8CString) }
        shapes = tensors.map { $0.tensor.shape.map(Int64.init) }
    }

    /// Calls `body` with pointers that are good until it returns.
    func withPointers<Result>(
        _ body: (UnsafeBufferPointer<aku_ort_input>, UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        var inputs: [aku_ort_input] = []
        func next(_ index: Int) -> Result {
            guard index < tensors.count else {
                return withNames(0, []) { names in inputs.withUnsafeBufferPointer { body($0, names) } }
            }
            return names[index].withUnsafeBufferPointer { name in
                shapes[index].withUnsafeBufferPointer { shape in
                    withElements(of: tensors[index].tensor) { data, byteCount in
                        inputs.append(
                            aku_ort_input(
                                name: name.baseAddress,
                                element_type: tensors[index].tensor.type.onnxCode,
                                rank: shape.count,
                                shape: shape.baseAddress,
                                data: data,
                                byte_count: byteCount,
                                element_count: tensors[index].tensor.count
                            )
                        )
                        return next(index + 1)
                    }
                }
            }
        }
        return next(0)
    }

    private func withNames<Result>(
        _ index: Int,
        _ pointers: [UnsafePointer<CChar>?],
        _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        guard index < outputs.count else { return pointers.withUnsafeBufferPointer(body) }
        return outputs[index].withUnsafeBufferPointer { withNames(index + 1, pointers + [$0.baseAddress], body) }
    }

    private func withElements<Result>(of tensor: Tensor, _ body: (UnsafeRawPointer?, Int) -> Result) -> Result {
        switch tensor.storage {
        case .numbers(let bytes):
            return bytes.withUnsafeBytes { body($0.baseAddress, $0.count) }
        case .strings(let strings):
            // One block holds every string, so that the pointers need no nesting.
            var block: [CChar] = []
            var starts: [Int] = []
            for string in strings {
                starts.append(block.count)
                block += string.map { CChar(bitPattern: $0) } + [0]
            }
            return block.withUnsafeBufferPointer { block in
                let pointers = starts.map { start in block.baseAddress.map { $0 + start } }
                return pointers.withUnsafeBytes { body($0.baseAddress, 0) }
            }
        }
    }
}
