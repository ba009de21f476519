import Primitives

extension ErrorCode {
    /// A row of a shard is not a JSON object with the text field; the message names file, line and reason.
    package static let datasetRowInvalid = ErrorCode("dataset_row_invalid", .invalidArgument)
    /// A row is longer than `LineSplitter.maximumRowBytes`.
    package static let datasetRowTooLarge = ErrorCode("dataset_row_too_large", .tooLarge)
    /// A folder or tree is not a data set: no dataset.json, no shard, or a document of another shape.
    package static let datasetInvalid = ErrorCode("dataset_invalid", .invalidArgument)
    /// No data set, version or shard of that name.
    package static let datasetNotFound = ErrorCode("dataset_not_found", .notFound)
    /// The folder to write to holds something already.
    package static let outputNotEmpty = ErrorCode("output_not_empty", .failedPrecondition)
}
