import Foundation
import Primitives
import Storage

extension BuiltinRunner {
    /// The most failed comparisons that a message names.
    private static let maximumNamed = 10

    /// `assert`: every comparison must hold. With an output, what was compared is written there.
    func check() throws -> [TaskOutput] {
        let (name, source) = try input(), comparisons = arguments("that").compactMap(Comparison.init)
        let document = try document(source, name)
        var failed: [String] = [], report: [JSONValue] = []
        for comparison in comparisons {
            guard let value = comparison.value(in: document) else {
                throw invalid(
                    "Input '\(name)' has nothing at '\(comparison.pointer)'.",
                    nextStep: "Look at what the task before wrote: members are named from its top, /a/b/0."
                )
            }
            guard let number = value.numberValue else {
                throw invalid(
                    "Input '\(name)' has \(Self.short(value)) at '\(comparison.pointer)', which is no number.",
                    nextStep: "Compare numbers; 'when:' compares texts."
                )
            }
            let holds = comparison.holds(number)
            report.append([
                "at": .string(comparison.pointer), "value": value, "sign": .string(comparison.sign.rawValue),
                "bound": .number(comparison.bound), "holds": .bool(holds),
            ])
            if !holds {
                failed.append(
                    "\(comparison.pointer) is \(Self.short(value)), not \(comparison.sign.rawValue) \(comparison.boundText)"
                )
            }
        }
        guard failed.isEmpty else {
            let rest = failed.count - Self.maximumNamed
            throw PlatformError(
                .assertionFailed,
                failed.prefix(Self.maximumNamed).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more." : "."),
                nextStep: "Make what the task before computes better, or lower the bound in 'with:'.",
                context: ["task": order.task]
            )
        }
        if order.outputs.isEmpty { return [] }
        return output(try objects.put(CanonicalJSON.encode(JSONValue.array(report))))
    }

    private func document(_ source: TaskOutput, _ name: String) throws -> JSONValue {
        var digest = source.digest, what = "input '\(name)'"
        if source.kind == .tree {
            guard let file = arguments("file").first else {
                throw invalid(
                    "Input '\(name)' is a folder.",
                    nextStep: "Name the file in it: with: { file: metrics.json }."
                )
            }
            guard let entry = try objects.tree(source.digest).entries.first(where: { $0.path == file }) else {
                throw invalid("Input '\(name)' has no file '\(file.prefix(200))'.", nextStep: "Name one that is there.")
            }
            (digest, what) = (entry.digest, "'\(file.prefix(200))' of \(what)")
        }
        let data = try objects.data(digest, upTo: Condition.maximumDocumentBytes)
        do {
            return try CanonicalJSON.decode(JSONValue.self, from: data, what: what)
        } catch let error as PlatformError where error.code == .invalidJSON {
            throw invalid(error.message, nextStep: error.nextStep)
        }
    }

    private static func short(_ value: JSONValue) -> String {
        let text = (try? CanonicalJSON.text(value)) ?? value.commandText
        return text.count > 80 ? text.prefix(80) + "…" : text
    }
}
