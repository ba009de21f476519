import Foundation
import Inference
import Primitives
import Serving
import Storage
import Synchronization

/// Loads packages in ONNX Runtime and runs their golden cases. The library is opened at the first use, once: a server
/// without models needs none, and one without the library says so when a model is deployed.
package final class OnnxModelLoader: Sendable {
    private let library: OnnxLibrary
    private let opened = Mutex<OnnxRuntime?>(nil)

    /// - Parameter library: where to look.
    package init(library: OnnxLibrary) {
        self.library = library
    }

    /// The runtime.
    ///
    /// - Throws: `runtime_missing`.
    package func runtime() throws -> OnnxRuntime {
        try opened.withLock { opened in
            if let runtime = opened { return runtime }
            let runtime = try OnnxRuntime(library)
            opened = runtime
            return runtime
        }
    }

    /// Checks every file of a package, loads a variant (nil: the default) and runs the golden cases. Blocks.
    ///
    /// - Throws: `runtime_missing`, `package_invalid`, `package_corrupt`, `model_corrupt`, `self_test_failed`.
    package func load(folder: String, variant: String?) throws -> ServedModel {
        let reader = try PackageReader(folder: folder) { Digest.sha256(of: $0) }
        let classifier = try TextClassifier(package: reader, variant: variant, runtime: runtime())
        let chosen = variant ?? reader.manifest.defaultVariant
        try classifier.selfTest(reader.goldenCases(), isDefaultVariant: chosen == reader.manifest.defaultVariant)
        return ServedModel(
            variant: chosen,
            batchInvariant: classifier.batchInvariant,
            inputs: classifier.session.inputs,
            outputs: classifier.session.outputs,
            classify: { try classifier.classify($0) },
            infer: { try classifier.session.run($0, outputs: $1) }
        )
    }

    /// Checks a package as registration does: every file's digest, and the golden cases of the default variant. Blocks.
    ///
    /// - Returns: the manifest.
    /// - Throws: as `load`.
    package func examine(folder: String) throws -> PackageManifest {
        let reader = try PackageReader(folder: folder) { Digest.sha256(of: $0) }
        try reader.verify()
        _ = try load(folder: folder, variant: nil)
        return reader.manifest
    }
}
