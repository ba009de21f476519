import Datasets
import Foundation
import Pipelines
import Primitives
import Registry
import Security
import Storage
import Tracking
import WireAPI

/// What `aku verify` checks beyond bytes and journal: every digest that a row names is stored, every sealed package is
/// whole, and its signature is good.
struct VerifyChecks: Sendable {
    let features: Features
    let key: SigningKey

    private var registry: RegistryStore { features.registry }
    private var objects: ObjectStore { features.artifacts.objects }

    /// The checks, by name.
    var all: [VerifyCheck] {
        [
            ("packages", { try await packages() }),
            ("task outputs", { try await stored(features.pipelines.store.referencedDigests(), "task output") }),
            ("artifacts", { try await stored(features.artifacts.referencedDigests(), "artifact") }),
            ("data sets", { try await stored(features.datasets.referencedDigests(), "data set") }),
        ]
    }

    private func stored(_ digests: [Digest], _ what: String) -> [VerifyFinding] {
        digests.filter { !objects.contains($0) }.map { digest in
            VerifyFinding(
                code: "object_missing",
                subject: "object/\(digest)",
                message: "The \(what) \(digest.short) is named in the database but not stored."
            )
        }
    }

    private func packages() async throws -> [VerifyFinding] {
        var findings: [VerifyFinding] = []
        let models = try await registry.searchModels(filter: nil, order: [], maximum: 1000, token: nil)
        for model in models.elements {
            for version in try await registry.versions(of: model.name) {
                guard let seal = version.seal else { continue }
                findings += check(seal, subject: "model/\(model.name)/\(version.version)")
            }
        }
        return findings
    }

    private func check(_ seal: PackageSeal, subject: String) -> [VerifyFinding] {
        let manifest: Digest
        do {
            manifest = try PackageFiles(objects: objects, package: seal.package).manifestDigest()
            let missing = try objects.tree(seal.package).entries.filter { !objects.contains($0.digest) }
            if let first = missing.first {
                return [
                    VerifyFinding(
                        code: "object_missing",
                        subject: subject,
                        message: "\(missing.count) files of the package are not stored, the first is \(first.path)."
                    )
                ]
            }
        } catch {
            return [VerifyFinding(error, subject: subject)]
        }
        guard manifest == seal.manifest else {
            return [
                VerifyFinding(
                    code: "manifest_changed",
                    subject: subject,
                    message: "The manifest is \(manifest) but \(seal.manifest) was registered."
                )
            ]
        }
        guard seal.keyID == key.id.description else {
            return [
                VerifyFinding(
                    code: "signature_unknown_key",
                    subject: subject,
                    message: "The signature is by \(seal.keyID), which this server does not hold."
                )
            ]
        }
        guard let signature = Data(base64Encoded: seal.signature),
            key.verifyingKey.isValid(signature, for: Data(seal.manifest.bytes))
        else {
            return [
                VerifyFinding(
                    code: "signature_invalid",
                    subject: subject,
                    message: "The signature does not fit the manifest's digest."
                )
            ]
        }
        return []
    }
}
