import Foundation
import Primitives

/// `swift run -c release storage-benchmark`: what the README beside it describes.
@main
struct StorageBenchmark {
    static func main() async throws {
        let folder = FileManager.default.currentDirectoryPath + "/.build/storage-benchmark-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var claims = try await CommitBenchmark(folder: folder).run()
        claims += try await ObjectBenchmark(folder: folder).run()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let report = Report(
            date: String(Timestamp.now().description.prefix(10)),
            machine: Machine.describe(),
            claims: claims
        )
        try encoder.encode(report).write(to: URL(fileURLWithPath: "Benchmarks/storage/latest.json"))
        for claim in claims {
            print("\(claim.claim): \(claim.ours) \(claim.unit), peer \(claim.peer) \(claim.unit), ratio \(claim.ratio)")
        }
    }
}

/// What `latest.json` holds.
struct Report: Encodable {
    let date: String
    let machine: String
    let claims: [Claim]
}

/// One figure beside its peer's, from the same run.
struct Claim: Encodable {
    let claim: String
    let ours: Double
    let peer: Double
    let ratio: Double
    let unit: String

    init(_ claim: String, ours: Double, peer: Double, unit: String) {
        self.claim = claim
        self.ours = (ours * 10).rounded() / 10
        self.peer = (peer * 10).rounded() / 10
        ratio = (ours / peer * 100).rounded() / 100
        self.unit = unit
    }
}

/// The machine in words.
enum Machine {
    static func describe() -> String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") } ?? "model name: unknown processor"
        let name =
            line.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown processor"
        return "\(ProcessInfo.processInfo.processorCount) cores, \(name)"
    }
}

/// The middle of some figures.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// Seconds that a piece of work takes.
func seconds(_ work: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let spent = try await clock.measure { try await work() }.components
    return Double(spent.seconds) + Double(spent.attoseconds) / 1e18
}
