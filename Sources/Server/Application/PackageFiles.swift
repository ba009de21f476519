import Foundation
import Inference
import Monitoring
import Primitives
import Storage

/// Reads single files of a package straight from the object store.
struct PackageFiles: Sendable {
    private static let manifestName = "manifest.json"
    private static let maximumBytes = 16 << 20

    let objects: ObjectStore
    let package: Digest

    /// The digest of the manifest's bytes.
    ///
    /// - Throws: `object_missing`, `object_corrupt`, `not_found` without a manifest.
    func manifestDigest() throws -> Digest { try entry(Self.manifestName).digest }

    /// The manifest.
    func manifest() throws -> PackageManifest {
        try CanonicalJSON.decode(PackageManifest.self, from: data(Self.manifestName), what: "package manifest")
    }

    /// The reference profile that monitoring compares with.
    func referenceProfile() throws -> ReferenceProfile {
        try CanonicalJSON.decode(
            ReferenceProfile.self,
            from: data(manifest().reference),
            what: "reference profile"
        )
    }

    private func data(_ path: String) throws -> Data {
        try objects.data(entry(path).digest, upTo: Self.maximumBytes)
    }

    private func entry(_ path: String) throws -> TreeEntry {
        guard let entry = try objects.tree(package).entries.first(where: { $0.path == path }) else {
            throw PlatformError(.notFound, "The package \(package.short) has no file '\(path)'.")
        }
        return entry
    }
}
