import Foundation
import Primitives

/// Artifacts that clients write straight into a folder of this machine, when the server's artifact root is one. The server
/// reads and adds files strictly below that root; links that lead out of it are refused.
package struct LocalArtifacts: Sendable {
    private let root: String

    /// The folder of an artifact root; nil when the root is not on this machine.
    package init?(root location: String) {
        guard let path = ArtifactLocation.localPath(of: location), path != "/" else { return nil }
        root = URL(fileURLWithPath: path).standardizedFileURL.path
    }

    /// The folder that a run's or model's location names; nil when it is not below the root.
    package func folder(of location: String) -> String? {
        guard let path = ArtifactLocation.localPath(of: location) else { return nil }
        let folder = URL(fileURLWithPath: path).standardizedFileURL.path
        return folder.hasPrefix(root + "/") ? folder : nil
    }

    /// The names directly in a folder, sorted; none when it is not there.
    package func list(_ folder: String) throws -> [ArtifactEntry] {
        guard let folder = try? real(folder), let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
        else { return [] }
        return names.sorted().prefix(ArtifactStore.maximumEntries).compactMap { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            switch attributes?[.type] as? FileAttributeType {
            case .typeDirectory: return ArtifactEntry(name: name, isFolder: true, size: nil)
            case .typeRegular:
                return ArtifactEntry(
                    name: name,
                    isFolder: false,
                    size: (attributes?[.size] as? NSNumber)?.int64Value ?? 0
                )
            default: return nil
            }
        }
    }

    /// The real path and size of a file.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func file(_ path: String) throws -> (path: String, size: Int64) {
        let file = try real(path)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? NSNumber
        else {
            throw PlatformError.mlflowMissing("No such artifact: '\(path.split(separator: "/").last ?? "")'")
        }
        return (file, size.int64Value)
    }

    /// Writes a file, whole or not at all.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when a link leads out of the root.
    package func write(_ data: Data, to path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var existing = folder
        while !FileManager.default.fileExists(atPath: existing), existing.hasPrefix(root + "/") {
            existing = URL(fileURLWithPath: existing).deletingLastPathComponent().path
        }
        if existing != root, existing.hasPrefix(root) { _ = try real(existing) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// The path with its links followed.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_PARAMETER_VALUE` when it lies outside the root.
    private func real(_ path: String) throws -> String {
        guard let file = realpath(path, nil), let base = realpath(root, nil) else {
            throw PlatformError.mlflowMissing("No such artifact: '\(path.split(separator: "/").last ?? "")'")
        }
        defer {
            free(file)
            free(base)
        }
        let (resolved, rootPath) = (String(cString: file), String(cString: base))
        guard resolved.hasPrefix(rootPath + "/") else { throw PlatformError.mlflowInvalid("Invalid path") }
        return resolved
    }
}
