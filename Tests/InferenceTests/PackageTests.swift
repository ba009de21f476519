import Foundation
import Inference
import Primitives
import TestSupport
import Testing

struct PackageTests {
    private func built(_ input: PackageBuilder.Input? = nil) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        _ = try await Fixture.builder().build(input ?? Fixture.input(), into: folder.path) { _, _, _ in }
        return folder
    }

    private func read(_ folder: TemporaryFolder) throws -> PackageReader {
        try PackageReader(folder: folder.path, hash: Fixture.hash)
    }

    @Test func `A package holds what it was made of, measured`() async throws {
        let folder = try await built()
        let reader = try read(folder)
        try reader.verify()
        #expect(reader.manifest.variants.mapValues(\.batchInvariant) == ["fp32": true, "int8": false])
        #expect(reader.manifest.variants.mapValues(\.accuracy) == ["fp32": 1, "int8": 1])
        #expect(reader.manifest.defaultVariant == "int8")
        #expect(reader.manifest.languages == ["en", "fr"])
        let golden = try reader.goldenCases()
        #expect(golden.count >= 20)
        let runtime = try Fixture.runtime()
        for variant in ["fp32", "int8"] {
            let classifier = try TextClassifier(package: reader, variant: variant, runtime: runtime)
            try classifier.selfTest(golden, isDefaultVariant: variant == "int8")
        }
        withExtendedLifetime(folder) {}
    }

    @Test func `The same inputs give the same bytes`() async throws {
        let (first, second) = (try await built(), try await built())
        for name in try FileManager.default.contentsOfDirectory(atPath: first.path) {
            let left = try Data(contentsOf: URL(fileURLWithPath: first.path(name)))
            #expect(try left == Data(contentsOf: URL(fileURLWithPath: second.path(name))), "\(name)")
        }
    }

    @Test func `A variant that lost accuracy is refused with the points it lost, and nothing is written`() async throws
    {
        let folder = try TemporaryFolder()
        do {
            _ = try await Fixture.builder().build(Fixture.input(int8: "model.broken.onnx"), into: folder.path("out")) {
                _,
                _,
                _ in
            }
            Issue.record("a broken variant was packaged")
        } catch let error as PlatformError {
            #expect(error.code == .accuracyDrop)
            #expect(error.message.contains("100.00 points below"))
            #expect(error.context["variant"] == "int8")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }

    @Test func `Too small a test split is refused`() async throws {
        var input = try Fixture.input()
        input.test = Array(input.test.prefix(5))
        let given = input
        #expect(await code { _ = try await built(given) } == "test_split_too_small")
    }

    @Test func `Damage to any file is noticed`() async throws {
        for name in ["model.int8.onnx", "tokenizer.json", "golden.jsonl", "reference.json"] {
            let folder = try await built()
            var data = try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
            data[data.count / 2] ^= 1
            try data.write(to: URL(fileURLWithPath: folder.path(name)))
            #expect(await code { try read(folder).verify() } == "package_corrupt", "\(name)")
            try FileManager.default.removeItem(atPath: folder.path(name))
            #expect(await code { try read(folder).verify() } == "package_corrupt", "\(name) missing")
            try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: "/etc/hostname")
            #expect(await code { try read(folder).verify() } == "package_invalid", "\(name) linked")
        }
    }

    @Test(arguments: [
        ("\"tokenizer.json\"", "\"../tokenizer.json\""),
        ("\"tokenizer.json\"", "\"/etc/passwd\""),
        ("\"tokenizer.json\"", "\"a//b\""),
        ("\"path\" : \"golden.jsonl\"", "\"path\" : \"tokenizer.json\""),
        ("aku.package/1", "aku.package/9"),
        ("text-classification", "translation"),
        ("\"default_variant\" : \"int8\"", "\"default_variant\" : \"int4\""),
        ("\"runtime\" : \"onnx\"", "\"runtime\" : \"torch\""),
        ("\"TurnOff\"", "\"TurnOn\""),
        ("\"format\"", "\"shape\""),
    ])
    func `A manifest that contradicts itself or leaves the folder is refused`(from: String, to: String) async throws {
        let folder = try await built()
        let path = folder.path(PackageManifest.fileName)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(from))
        try text.replacingOccurrences(of: from, with: to).write(toFile: path, atomically: true, encoding: .utf8)
        #expect(await code { _ = try read(folder) } == "package_invalid")
    }

    @Test func `A model that answers its golden cases otherwise fails the self-test`() async throws {
        let folder = try await built()
        let golden = try read(folder).goldenCases()
        let broken = try Fixture.classifier("model.broken.onnx")
        #expect(await code { try broken.selfTest(golden, isDefaultVariant: true) } == "self_test_failed")
        #expect(await code { try broken.selfTest(golden, isDefaultVariant: false) } == "self_test_failed")
        let surer = try Fixture.classifier("model.stronger.onnx")
        #expect(await code { try surer.selfTest(golden, isDefaultVariant: false) } == "no error")
    }
}
