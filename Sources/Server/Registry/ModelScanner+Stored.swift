import Foundation
import Primitives
import Registry
import Storage

extension ModelScanner {
    /// Larger files are mapped from a copy instead of being read into memory, in bytes.
    static let mappedBytes: Int64 = 32 << 20

    /// What is found in a stored file.
    ///
    /// - Throws: `object_missing`, `object_corrupt`.
    static func findings(in entry: TreeEntry, _ objects: ObjectStore) throws -> [ScanFinding] {
        guard entry.size <= maximumBytes else {
            return [ScanFinding(path: entry.path, code: "too_large", detail: "\(entry.size) bytes")]
        }
        if entry.size <= mappedBytes {
            return findings(in: try objects.data(entry.digest, upTo: Int(mappedBytes)), path: entry.path)
        }
        let copy = "\(NSTemporaryDirectory())/aku-scan-\(UUID().uuidString)"
        try objects.materialise(entry.digest, at: copy, executable: false)
        defer { unlink(copy) }
        let data = try Data(contentsOf: URL(fileURLWithPath: copy), options: .alwaysMapped)
        return findings(in: data, path: entry.path)
    }
}

extension ScanReport {
    /// Why files with these findings are not taken: `model_scan_refused`.
    var refusal: PlatformError {
        PlatformError(
            ErrorCode("model_scan_refused", .failedPrecondition),
            "The model scanner found: \(reasons.prefix(5).joined(separator: "; ")).",
            nextStep:
                "Save the model in a format without code (safetensors, ONNX, skops), or have an administrator look at it."
        )
    }
}
