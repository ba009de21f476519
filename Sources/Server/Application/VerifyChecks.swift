import Foundation
import Primitives
import Registry
import Security
import Storage
import WireAPI

/// What `aku verify` checks beyond bytes and journal: every sealed package is whole, and its signature is good.
struct VerifyChecks: Sendable {
    let registry: RegistryStore
    let objects: ObjectStore
    let key: SigningKey

    /// The checks, by name.
    var all: [VerifyCheck] { [("packages", { try await packages() })] }

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
