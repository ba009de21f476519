import Primitives

extension ErrorCode {
    /// No object has this digest.
    package static let objectMissing = ErrorCode("object_missing", .notFound)
    /// An object's bytes are not those that its digest names.
    package static let objectCorrupt = ErrorCode("object_corrupt", .dataLoss)
    /// An object is over the store's bound, or over the reader's.
    package static let objectTooLarge = ErrorCode("object_too_large", .tooLarge)
    /// The bytes that were sent do not have the digest that was announced.
    package static let digestMismatch = ErrorCode("digest_mismatch", .invalidArgument)
    /// A folder holds something that a tree cannot: a device, a link that leaves it, a name with '..'.
    package static let treeInvalid = ErrorCode("tree_invalid", .invalidArgument)
    /// A byte range lies outside the object.
    package static let rangeInvalid = ErrorCode("range_invalid", .invalidArgument)
}

/// The errors of the object store, written once.
enum ObjectFailure {
    static func missing(_ digest: Digest) -> PlatformError {
        PlatformError(
            .objectMissing,
            "The store has no object \(digest).",
            nextStep: "Upload it again, or run 'aku verify' to see what else is missing.",
            context: ["digest": digest.description]
        )
    }

    static func corrupt(_ digest: Digest, _ range: Range<Int64>, _ problem: String) -> PlatformError {
        PlatformError(
            .objectCorrupt,
            "Object \(digest) is damaged: bytes \(range.lowerBound)..<\(range.upperBound) \(problem).",
            nextStep: "Restore the object from a backup or put the same content again, which heals it.",
            context: [
                "digest": digest.description, "first_byte": "\(range.lowerBound)", "end_byte": "\(range.upperBound)",
            ]
        )
    }

    static func tooLarge(_ digest: Digest?, _ limit: Int64) -> PlatformError {
        PlatformError(
            .objectTooLarge,
            "The object\(digest.map { " \($0)" } ?? "") is larger than \(limit) bytes.",
            nextStep: "Split it, or read it as a stream.",
            context: ["limit": "\(limit)"]
        )
    }
}
