import Primitives

extension ErrorCode {
    /// ONNX Runtime's library is not on this machine, or cannot be opened.
    package static let runtimeMissing = ErrorCode("runtime_missing", .unavailable)
    /// ONNX Runtime failed in a way that no more exact code describes.
    package static let runtimeFailed = ErrorCode("runtime_failed", .internal)
    /// A model file is damaged, truncated or no ONNX model that this runtime can load.
    package static let modelCorrupt = ErrorCode("model_corrupt", .invalidArgument)
    /// A model keeps weights outside its own file, which a package may not.
    package static let modelExternalData = ErrorCode("model_external_data", .invalidArgument)
    /// A tensor's name, element type or shape is not what the model takes.
    package static let tensorMismatch = ErrorCode("tensor_mismatch", .invalidArgument)
    /// A tokenizer.json asks for something that this tokenizer does not do.
    package static let tokenizerUnsupported = ErrorCode("tokenizer_unsupported", .invalidArgument)
    /// A tokenizer.json cannot be read.
    package static let tokenizerInvalid = ErrorCode("tokenizer_invalid", .invalidArgument)
    /// A package's manifest is missing, of another format, or contradicts itself.
    package static let packageInvalid = ErrorCode("package_invalid", .invalidArgument)
    /// A file of a package is missing, or its size or digest is not the manifest's.
    package static let packageCorrupt = ErrorCode("package_corrupt", .dataLoss)
    /// A package's golden cases are not answered as recorded.
    package static let selfTestFailed = ErrorCode("self_test_failed", .failedPrecondition)
    /// A text is empty.
    package static let textEmpty = ErrorCode("text_empty", .invalidArgument)
    /// A text passes the bound on its length.
    package static let textTooLong = ErrorCode("text_too_long", .tooLarge)
}
