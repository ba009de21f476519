import Foundation
import Testing

@testable import Datasets

/// Documents with labelled spans, kept beside the repository by those who have them; the test says when they are not there.
@Suite struct LabelledCorpusTests {
    private struct Document: Decodable {
        struct Span: Decodable {
            let start: Int
            let end: Int
            let type: String
            enum CodingKeys: String, CodingKey {
                case start = "b0"
                case end = "b1"
                case type
            }
        }
        let text: String
        let spans: [Span]
    }

    private static let kinds: [String: RedactionKind] = ["EMAIL": .email, "IP": .ip, "PHONE": .phone, "MSISDN": .phone]

    /// `AKU_LABELLED_DATA`, or a folder beside the checkout.
    private static let folder: String = {
        if let set = ProcessInfo.processInfo.environment["AKU_LABELLED_DATA"] { return set }
        let root = (0..<4).reduce(#filePath) { path, _ in (path as NSString).deletingLastPathComponent }
        return root + "/" + ["shared", "data", "pii"].joined(separator: "/")
    }()

    @Test(
        "precision and recall on labelled documents stay above the floor",
        .enabled(
            if: FileManager.default.fileExists(atPath: folder + "/dev.jsonl"),
            "no labelled documents (AKU_LABELLED_DATA)"
        ),
        arguments: [("dev.jsonl", 0.95, 0.98), ("presidio_research_v2.jsonl", 0.95, 0.85)]
    )
    func scores(file: String, precisionFloor: Double, recallFloor: Double) throws {
        let text = try String(contentsOfFile: "\(Self.folder)/\(file)", encoding: .utf8)
        var found: [RedactionKind: Int] = [:], predicted: [RedactionKind: Int] = [:],
            labelled: [RedactionKind: Int] = [:]
        for line in text.split(separator: "\n") {
            let document = try JSONDecoder().decode(Document.self, from: Data(line.utf8))
            let spans = Redactor().spans(in: Array(document.text.utf8))
            for span in spans { predicted[span.kind, default: 0] += 1 }
            for gold in document.spans {
                guard let kind = Self.kinds[gold.type] else { continue }
                labelled[kind, default: 0] += 1
                if spans.contains(where: { $0.kind == kind && Self.overlap($0.range, gold.start..<gold.end) >= 0.5 }) {
                    found[kind, default: 0] += 1
                }
            }
        }
        for kind in RedactionKind.allCases {
            let hits = Double(found[kind] ?? 0)
            #expect(hits / Double(predicted[kind] ?? 1) >= precisionFloor, "precision of \(kind) in \(file)")
            #expect(hits / Double(labelled[kind] ?? 1) >= recallFloor, "recall of \(kind) in \(file)")
        }
    }

    /// Intersection over union of two ranges of bytes.
    private static func overlap(_ left: Range<Int>, _ right: Range<Int>) -> Double {
        let both = left.clamped(to: right).count
        return Double(both) / Double(left.count + right.count - both)
    }
}
