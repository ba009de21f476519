import Foundation
import Primitives
import Storage

/// MLflow's stages of a version.
package enum ModelStage: String, Sendable, Codable, CaseIterable {
    case none = "None"
    case staging = "Staging"
    case production = "Production"
    case archived = "Archived"

    /// The stage that a word names, in any case.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE`.
    package init(word: String) throws {
        guard let stage = Self.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
            throw PlatformError.mlflowInvalid(
                "Invalid Model Version stage: \(word). Value must be one of "
                    + Self.allCases.map(\.rawValue).joined(separator: ", ") + "."
            )
        }
        self = stage
    }

    /// The row of a deleted version keeps its number, so that no number is given twice.
    static let deleted = "Deleted_Internal"
}

/// The sealed package of a version: what was verified and signed when it was registered.
package struct PackageSeal: Sendable, Hashable, Codable {
    /// The digest of the package's tree in the object store.
    package let package: Digest
    /// The digest of its manifest, which names every file's digest.
    package let manifest: Digest
    /// Base64 of the Ed25519 signature (RFC 8032) over the 32 bytes of the manifest's digest.
    package let signature: String
    /// Which key signed.
    package let keyID: String

    /// Makes a seal.
    package init(package: Digest, manifest: Digest, signature: String, keyID: String) {
        self.package = package
        self.manifest = manifest
        self.signature = signature
        self.keyID = keyID
    }
}

/// One version of a model. What it consists of never changes; only its description, stage and tags do.
package struct ModelVersion: Sendable, Hashable {
    /// The model's name.
    package let model: String
    /// Its number, from 1; never given twice.
    package let version: Int64
    /// What people say about it.
    package let description: String?
    /// Where it came from, as the client wrote it: a URI.
    package let source: String
    /// Where its files are: a URI that the client can download.
    package let storageLocation: String
    /// The tracking run that made it, if any.
    package let runID: String?
    /// A link to that run elsewhere, if any.
    package let runLink: String?
    /// The logged model that it is, if any.
    package let modelID: String?
    /// MLflow's stage.
    package let stage: String
    /// When it was created.
    package let creationTime: Timestamp
    /// When its description, stage or tags last changed.
    package let lastUpdateTime: Timestamp
    /// Who created it.
    package let createdBy: String
    /// Its sealed package; nil for versions that an MLflow client registered.
    package let seal: PackageSeal?
    /// The pipeline run that made it, if any.
    package let pipelineRun: String?
    /// The task of that run, if any.
    package let pipelineTask: String?
    /// Its tags, by key.
    package let tags: [ModelTag]
    /// The aliases that point at it.
    package let aliases: [String]

    init(row: SQLRow, tags: [ModelTag], aliases: [String]) throws {
        model = try row.text("model")
        version = try row.integer("version")
        description = try row.optionalText("description")
        source = try row.text("source")
        storageLocation = try row.text("storage_location")
        runID = try row.optionalText("run_id")
        runLink = try row.optionalText("run_link")
        modelID = try row.optionalText("model_id")
        stage = try row.text("stage")
        creationTime = try row.time("creation_time")
        lastUpdateTime = try row.time("last_update_time")
        createdBy = try row.text("created_by")
        seal = try Self.seal(row)
        pipelineRun = try row.optionalText("pipeline_run")
        pipelineTask = try row.optionalText("pipeline_task")
        self.tags = tags
        self.aliases = aliases
    }

    private static func seal(_ row: SQLRow) throws -> PackageSeal? {
        guard let package = try row.optionalDigest("package_digest"),
            let manifest = try row.optionalDigest("manifest_digest"),
            let signature = try row.optionalText("signature"), let keyID = try row.optionalText("key_id")
        else { return nil }
        return PackageSeal(package: package, manifest: manifest, signature: signature, keyID: keyID)
    }
}
