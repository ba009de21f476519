import Primitives

extension OnnxSession {
    /// Refuses tensors that are not what the model takes, with the name, type or dimension that is wrong.
    ///
    /// - Throws: `tensor_mismatch`.
    func check(_ tensors: [NamedTensor]) throws {
        for input in inputs where !tensors.contains(where: { $0.name == input.name }) {
            throw PlatformError(.tensorMismatch, "The input '\(input.name)' is missing.")
        }
        for (index, given) in tensors.enumerated() {
            guard let input = inputs.first(where: { $0.name == given.name }) else {
                throw PlatformError(
                    .tensorMismatch,
                    "The model has no input '\(given.name.prefix(80))'.",
                    nextStep: Suggestion.phrase(for: given.name, among: inputs.map(\.name))
                )
            }
            if tensors[..<index].contains(where: { $0.name == given.name }) {
                throw PlatformError(.tensorMismatch, "The input '\(given.name)' is given twice.")
            }
            if given.tensor.type != input.datatype {
                throw PlatformError(
                    .tensorMismatch,
                    "The input '\(input.name)' is \(input.datatype.rawValue), but \(given.tensor.type.rawValue) is given."
                )
            }
            let shape = given.tensor.shape
            let fits = shape.count == input.shape.count && zip(shape, input.shape).allSatisfy { $1 < 0 || $0 == $1 }
            if !fits {
                throw PlatformError(
                    .tensorMismatch,
                    "The input '\(input.name)' has the shape \(input.shape) (-1: any), but \(shape) is given."
                )
            }
        }
    }
}
