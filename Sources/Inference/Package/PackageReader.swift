import Foundation
import Primitives

/// Reads a package folder and trusts nothing in it: every file is checked against the manifest before it is used.
package struct PackageReader: Sendable {
    /// The largest manifest, golden or tokenizer file, in bytes.
    package static let maximumTextBytes = 64 << 20
    /// The largest model file, in bytes; ONNX files end at 2 GiB.
    package static let maximumModelBytes = 2 << 30

    /// The folder.
    package let folder: String
    /// The manifest, checked for itself.
    package let manifest: PackageManifest
    private let hash: @Sendable (Data) -> Digest

    /// Reads and checks the manifest.
    ///
    /// - Parameter hash: SHA-256; it lives in Storage, which this target may not import.
    /// - Throws: `package_invalid`.
    package init(folder: String, hash: @escaping @Sendable (Data) -> Digest) throws {
        self.folder = folder
        self.hash = hash
        let data = try Self.load(folder + "/" + PackageManifest.fileName, upTo: Self.maximumTextBytes)
        do {
            manifest = try CanonicalJSON.decode(PackageManifest.self, from: data, what: "package manifest")
        } catch let error as PlatformError {
            throw PlatformError(
                .packageInvalid,
                error.message,
                nextStep: "Make the package again with 'aku models package'."
            )
        }
        try manifest.check()
    }

    /// The bytes of a file, after its size and SHA-256 were compared with the manifest's.
    ///
    /// - Throws: `package_invalid` for a path that the manifest does not list, `package_corrupt` naming the file.
    package func data(_ path: String) throws -> Data {
        guard let file = manifest.files.first(where: { $0.path == path }) else {
            throw PlatformError(.packageInvalid, "The manifest does not list '\(path)'.", context: ["path": path])
        }
        let data = try Self.load(folder + "/" + path, upTo: Self.maximumModelBytes)
        guard Int64(data.count) == file.size else {
            throw corrupt(path, "is \(data.count) bytes long, the manifest says \(file.size)")
        }
        let digest = hash(data)
        guard digest == file.sha256 else {
            throw corrupt(path, "has the digest \(digest), the manifest says \(file.sha256)")
        }
        return data
    }

    /// Checks every file.
    ///
    /// - Throws: as `data`.
    package func verify() throws {
        for file in manifest.files { _ = try data(file.path) }
    }

    /// The golden cases.
    package func goldenCases() throws -> [GoldenCase] { try GoldenCase.read(data(manifest.golden)) }

    private static func load(_ path: String, upTo maximum: Int) throws -> Data {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let size = attributes?[.size] as? Int else {
            throw PlatformError(.packageCorrupt, "The package lacks the file '\(path)'.", context: ["path": path])
        }
        // A link could lead anywhere: what is read must be in the folder itself.
        guard attributes?[.type] as? FileAttributeType == .typeRegular else {
            throw PlatformError(.packageInvalid, "'\(path)' is no regular file.", context: ["path": path])
        }
        guard size <= maximum else {
            throw PlatformError(.packageInvalid, "'\(path)' is larger than \(maximum) bytes.", context: ["path": path])
        }
        do {
            return try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw PlatformError(
                .packageCorrupt,
                "The package's file '\(path)' cannot be read.",
                context: ["path": path]
            )
        }
    }

    private func corrupt(_ path: String, _ reason: String) -> PlatformError {
        PlatformError(
            .packageCorrupt,
            "The package's file '\(path)' \(reason).",
            nextStep: "Fetch the package again; 'aku verify' says whether the store has it whole.",
            context: ["path": path]
        )
    }
}

extension PackageManifest {
    /// Labels a package may have.
    package static let maximumLabels = 100_000

    /// Checks that the manifest holds together and that no path leaves the folder.
    ///
    /// - Throws: `package_invalid`.
    package func check() throws {
        func require(_ condition: Bool, _ problem: String) throws {
            if !condition {
                throw PlatformError(
                    .packageInvalid,
                    "The package manifest is wrong: \(problem).",
                    nextStep: "Make the package again with 'aku models package'."
                )
            }
        }
        try require(format == Self.formatName, "its format is '\(format.prefix(40))', not '\(Self.formatName)'")
        try require(
            task == Self.textClassification,
            "its task '\(task.prefix(40))' is not '\(Self.textClassification)'"
        )
        try require((1...Self.maximumLabels).contains(labels.count), "it has \(labels.count) labels")
        try require(Set(labels).count == labels.count, "a label stands twice")
        try require(
            variants[defaultVariant] != nil,
            "its default variant '\(defaultVariant.prefix(40))' is not among its variants"
        )
        for file in files {
            let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
            let safe = !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." } && !file.path.utf8.contains(0)
            try require(safe, "the path '\(file.path.prefix(80))' leaves the package")
            try require(file.path != Self.fileName, "it lists itself")
        }
        let paths = Set(files.map(\.path))
        try require(paths.count == files.count, "a path stands twice")
        for path in [tokenizer.file, golden, reference] + variants.values.map(\.file).sorted() {
            try require(paths.contains(path), "it names '\(path.prefix(80))' but does not list it")
        }
        for (name, variant) in variants {
            try require(
                variant.runtime == "onnx",
                "the runtime '\(variant.runtime.prefix(40))' of the variant '\(name)' is unknown"
            )
        }
    }
}
