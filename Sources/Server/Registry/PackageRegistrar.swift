import Foundation
import Primitives
import Registry
import Storage
import Tracking
import WireAPI

/// Turns an uploaded package into a sealed version: inspect, sign, name its files for download, register.
package struct PackageRegistrar: Sendable {
    /// A signature over bytes and the key that made it.
    package typealias Signer = @Sendable (Data) throws -> (signature: Data, keyID: String)
    /// Checks every file of a package against its manifest and runs its golden cases.
    package typealias Inspector = @Sendable (Digest) async throws -> PackageSummary

    private let registry: RegistryStore
    private let artifacts: ArtifactStore
    private let inspectPackage: Inspector
    private let sign: Signer
    private let intake: VersionIntake

    /// Makes a registrar.
    ///
    /// - Parameters:
    ///   - inspectPackage: throws when a file or a golden case is not what the manifest says.
    ///   - sign: signs the 32 bytes of the manifest's digest.
    ///   - scan: what happens with a package in which the scanner finds something.
    package init(
        registry: RegistryStore,
        artifacts: ArtifactStore,
        inspectPackage: @escaping Inspector,
        sign: @escaping Signer,
        scan: ModelScanMode = .warn
    ) {
        intake = VersionIntake(registry: registry, artifacts: artifacts, mode: scan)
        self.registry = registry
        self.artifacts = artifacts
        self.inspectPackage = inspectPackage
        self.sign = sign
    }

    /// Registers a package. The same package again gives the same version, without another inspection.
    ///
    /// - Returns: the version and whether it is new.
    /// - Throws: what the inspection throws, `model_scan_refused`; nothing is registered then.
    package func register(
        _ body: RegisterVersionBody,
        as name: String,
        actor: String
    ) async throws -> (version: ModelVersion, isNew: Bool) {
        if let known = try await registry.version(of: name, package: body.packageDigest) { return (known, false) }
        let tree = try artifacts.objects.tree(body.packageDigest)
        let report = try await intake.scan(tree)
        let summary = try await inspectPackage(body.packageDigest)
        let signed = try sign(Data(summary.manifestDigest.bytes))
        let seal = PackageSeal(
            package: body.packageDigest,
            manifest: summary.manifestDigest,
            signature: signed.signature.base64EncodedString(),
            keyID: signed.keyID
        )
        try await artifacts.name(
            tree: tree,
            below: "\(ArtifactController.sealedFolder)/\(body.packageDigest.hex)"
        )
        let version = try await registry.register(
            seal,
            as: name,
            mlflowRun: body.mlflowRun,
            pipelineRun: body.pipelineRun,
            pipelineTask: body.pipelineTask,
            tags: (body.tags ?? [:]).sorted { $0.key < $1.key }.map { ModelTag($0.key, $0.value) },
            actor: actor
        )
        try await intake.attest(report, version)
        return (version, true)
    }
}
