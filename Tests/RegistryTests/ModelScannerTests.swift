import Foundation
import Registry
import Testing

/// The files of Tests/Fixtures/Scanning, made by Python itself.
@Suite struct ModelScannerTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/Scanning").path

    private func findings(_ name: String) throws -> [String] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)"))
        return ModelScanner.findings(in: data, path: name).map { "\($0.code) \($0.detail)" }
    }

    @Test(arguments: [
        "good-arrays-0.pkl", "good-arrays-2.pkl", "good-arrays-4.pkl", "good-arrays-5.pkl", "good-sklearn.pkl",
        "good-tree.joblib", "good-torch.pt", "good-torch-legacy.pth", "good-numbers.npy", "good-weights.onnx",
    ])
    func `Models that only rebuild data pass`(_ name: String) throws {
        #expect(ModelScanner.concerns(name))
        #expect(try findings(name) == [])
    }

    @Test(arguments: [
        ("bad-system-0.pkl", "pickle_dangerous posix.system"), ("bad-system-2.pkl", "pickle_dangerous posix.system"),
        ("bad-system-4.pkl", "pickle_dangerous posix.system"), ("bad-eval.pkl", "pickle_dangerous builtins.eval"),
        ("bad-memo.pkl", "pickle_dangerous posix.system"), ("bad-dotted.pkl", "pickle_unknown numpy.os.system"),
        ("bad-inst.pkl", "pickle_dangerous os.system"), ("bad-after-array.joblib", "pickle_dangerous posix.system"),
        ("bad-in-array.joblib", "pickle_dangerous posix.system"), ("bad-torch.pt", "pickle_dangerous posix.system"),
        ("bad-objects.npy", "pickle_dangerous posix.system"), ("bad-hidden.bin", "pickle_dangerous posix.system"),
        ("bad-compressed.joblib", "compressed a compressed pickle cannot be looked into"),
        ("bad-deflated.pt", "compressed a compressed pickle cannot be looked into"),
        ("bad-names.zip", "archive_path it leaves the archive"),
        ("bad-climbs.onnx", "onnx_external_path ../../etc/passwd"),
        ("bad-absolute.onnx", "onnx_external_path /etc/passwd"),
    ])
    func `What would run code or leave the folder is found`(_ name: String, _ wanted: String) throws {
        #expect(ModelScanner.concerns(name))
        let found = try findings(name)
        #expect(found.contains(wanted), "\(found)")
    }

    @Test func `A pickle that cannot be followed to its end is a finding`() throws {
        #expect(try findings("bad-cut.pkl").contains { $0.hasPrefix("pickle_unreadable") })
    }

    @Test func `Every cut and every changed byte of a model is looked into without a crash`() throws {
        for name in ["good-tree.joblib", "good-torch.pt", "good-weights.onnx", "good-sklearn.pkl", "bad-memo.pkl"] {
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)"))
            for index in stride(from: 0, to: data.count, by: max(1, data.count / 200)) {
                _ = ModelScanner.findings(in: data.prefix(index), path: name)
                for value in [UInt8(0), 0x28, 0x2e, 0x74, 0x85, 0x93, 0xff] {
                    var changed = data
                    changed[index] = value
                    _ = ModelScanner.findings(in: changed, path: name)
                }
            }
        }
    }

    @Test func `A pickle that nests a million tuples is looked into with a flat stack`() {
        var data = Data([0x80, 0x02, UInt8(ascii: ")")])
        data.append(contentsOf: [UInt8](repeating: 0x85, count: 1_000_000))
        data.append(UInt8(ascii: "."))
        #expect(ModelScanner.findings(in: data, path: "deep.pkl").isEmpty)
    }

    @Test(arguments: ["../x.pkl", "/x.pkl", "a/../../x", "a\\..\\x", "a/\u{0}b"])
    func `A path that leaves the folder is a finding`(_ path: String) {
        #expect(ModelScanner.findings(inPath: path).map(\.code) == ["path_escapes"])
    }

    @Test(arguments: ["a/b.pkl", "..a/b", "a..b"])
    func `A plain path is none`(_ path: String) {
        #expect(ModelScanner.findings(inPath: path).isEmpty)
    }
}
