import COnnxRuntime
import Primitives

/// ONNX Runtime with its environment: opened once, shared by every session, telemetry off.
///
/// The library stays mapped until the process ends; the environment is released with the last session.
package final class OnnxRuntime: @unchecked Sendable {
    // Sendable: the pointer is set once, and ONNX Runtime's environment may be used by any thread.
    let handle: OpaquePointer
    /// The library's version, for example `1.32.0`.
    package let version: String
    /// What was opened.
    package let path: String

    /// Opens the first library that can be opened.
    ///
    /// - Throws: `runtime_missing`, saying how to install it and what was tried.
    package init(_ library: OnnxLibrary) throws {
        var reasons: [String] = []
        for candidate in library.candidates {
            var error = aku_ort_error()
            if let handle = aku_ort_open(candidate, &error) {
                self.handle = handle
                path = candidate
                version = String(cString: aku_ort_version(handle))
                return
            }
            reasons.append(error.text)
        }
        throw PlatformError(
            .runtimeMissing,
            "ONNX Runtime is not here: \(reasons.last ?? "no place to look").",
            nextStep: "Install it with 'pip install onnxruntime' in the configured Python environment, or set "
                + "AKU_ONNXRUNTIME to the path of libonnxruntime.so.",
            context: ["tried": library.candidates.joined(separator: ":")]
        )
    }

    deinit {
        aku_ort_close(handle)
    }
}

extension aku_ort_error {
    /// The message.
    var text: String {
        withUnsafeBytes(of: message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
