import Foundation
import Primitives

/// Where ONNX Runtime's shared library may lie. Nothing is linked: the library of the Python wheel is opened at run time.
package struct OnnxLibrary: Sendable, Hashable {
    /// Paths and sonames to try, in order.
    package let candidates: [String]

    /// Collects the candidates.
    ///
    /// Order: AKU_ONNXRUNTIME (when set, nothing else is tried), the environment of `python`, the environments that
    /// VIRTUAL_ENV, PATH and `.venv` name, the system's library.
    ///
    /// - Parameters:
    ///   - python: the configured interpreter, for example `/srv/venv/bin/python`.
    ///   - environment: the process's variables.
    package static func search(python: String?, environment: [String: String]) -> OnnxLibrary {
        if let explicit = environment["AKU_ONNXRUNTIME"], !explicit.isEmpty {
            return OnnxLibrary(candidates: [explicit])
        }
        var roots: [String] = []
        if let python { roots.append(parent(of: python, levels: 2)) }
        if let python = environment["AKU_PYTHON"] { roots.append(parent(of: python, levels: 2)) }
        if let active = environment["VIRTUAL_ENV"] { roots.append(active) }
        roots += (environment["PATH"] ?? "").split(separator: ":").map { parent(of: String($0), levels: 1) }
        roots.append(".venv")
        var seen: Set<String> = []
        let wheels = roots.filter { seen.insert($0).inserted }.flatMap(wheelLibraries)
        return OnnxLibrary(candidates: wheels + ["libonnxruntime.so.1", "libonnxruntime.so"])
    }

    /// `ROOT/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*`
    private static func wheelLibraries(in root: String) -> [String] {
        let files = FileManager.default
        let lib = root + "/lib"
        let versions = ((try? files.contentsOfDirectory(atPath: lib)) ?? []).filter { $0.hasPrefix("python3") }.sorted()
        return versions.reversed().flatMap { version in
            let folder = "\(lib)/\(version)/site-packages/onnxruntime/capi"
            return ((try? files.contentsOfDirectory(atPath: folder)) ?? [])
                .filter { $0.hasPrefix("libonnxruntime.so.") }.sorted().map { "\(folder)/\($0)" }
        }
    }

    private static func parent(of path: String, levels: Int) -> String {
        var url = URL(fileURLWithPath: path)
        for _ in 0..<levels { url.deleteLastPathComponent() }
        return url.path
    }
}
