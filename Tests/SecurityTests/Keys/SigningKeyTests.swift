import Foundation
import Primitives
import Security
import Storage
import TestSupport
import Testing

@Suite("Signing key")
struct SigningKeyTests {
    @Test func `The key is made once, private, and the same ever after`() throws {
        let folder = try TemporaryFolder()
        let first = try SigningKey.loadOrCreate(folder: folder.path)
        let second = try SigningKey.loadOrCreate(folder: folder.path)
        #expect(first.verifyingKey == second.verifyingKey)
        #expect(first.id.description.count == "ed25519:".count + 16)
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("signing.key"))[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
    }

    @Test func `A signature holds for its bytes and its key only`() throws {
        let key = try SigningKey.generate()
        let data = Data("manifest".utf8)
        let signature = try key.sign(data)
        #expect(signature.count == 64)
        #expect(key.verifyingKey.isValid(signature, for: data))
        #expect(!key.verifyingKey.isValid(signature, for: Data("manifesT".utf8)))
        #expect(try !SigningKey.generate().verifyingKey.isValid(signature, for: data))
        #expect(!key.verifyingKey.isValid(Data(), for: data))
    }

    @Test func `A key that others may read, or that is no key, is refused`() throws {
        let folder = try TemporaryFolder()
        _ = try SigningKey.loadOrCreate(folder: folder.path)
        chmod(folder.path("signing.key"), 0o644)
        let open = #expect(throws: PlatformError.self) { try SigningKey.loadOrCreate(folder: folder.path) }
        #expect(open?.code.name == "file_not_private")
        try PrivateFile.write(Data("rubbish".utf8), to: folder.path("signing.key"))
        let broken = #expect(throws: PlatformError.self) { try SigningKey.loadOrCreate(folder: folder.path) }
        #expect(broken?.code == .keyInvalid)
    }

    @Test func `Checkpoints signed with the key open with its public half`() throws {
        let key = try SigningKey.generate()
        let signer = key.checkpointSigner()
        let root = Digest.sha256(of: Data("root".utf8))
        let checkpoint = try signer.checkpoint(size: 3, root: root, at: TestClock.epoch)
        #expect(signer.verifier.open(checkpoint.note)?.root == root)
        #expect(try SigningKey.generate().checkpointSigner().verifier.open(checkpoint.note) == nil)
    }
}
