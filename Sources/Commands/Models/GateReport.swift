import Foundation
import Inference
import Primitives

/// What the gate found: the decision file, which the promotion reads, is this report.
struct GateReport: Encodable {
    let promote: Bool
    let reasons: [String]
    let challenger: ModelGate.Figures
    let champion: ModelGate.Figures?
    let rules: ModelGate

    /// The figures as the attestation keeps them.
    var details: JSONValue {
        get throws { try CanonicalJSON.decode(JSONValue.self, from: CanonicalJSON.encode(self)) }
    }

    /// The verdict for people.
    var text: String {
        func row(_ name: String, _ figures: ModelGate.Figures) -> [String] {
            [
                name, "\(figures.version)", String(format: "%.4f", figures.suite.accuracy),
                String(format: "%.4f", figures.test.accuracy),
                figures.test.accuracyByLanguage.sorted { $0.key < $1.key }
                    .map { "\($0.key) \(String(format: "%.3f", $0.value))" }.joined(separator: "  "),
            ]
        }
        let rows = [row("challenger", challenger)] + (champion.map { [row("champion", $0)] } ?? [])
        return Terminal.table(["", "version", "suite", "test", "languages"], rows) + "\n"
            + reasons.joined(separator: "\n") + "\n" + (promote ? "promote" : "keep the champion")
    }
}
