import ArgumentParser
import Client
import Foundation
import Primitives
import WireAPI

/// `aku endpoints show`.
struct EndpointsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show an endpoint with its latencies and errors.",
        discussion: "Example:  aku endpoints show intent"
    )

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The endpoint.")
    var name: String

    func run() async throws {
        let client = try connection.client()
        let shown = EndpointReport(
            endpoint: try await client.send(ServingAPI.show, parameters: ["name": name]),
            stats: try await client.send(ServingAPI.stats, parameters: ["name": name])
        )
        try connection.show(shown) { $0.text }
    }
}

/// An endpoint and its figures.
private struct EndpointReport: Encodable {
    let endpoint: EndpointBody
    let stats: EndpointStats

    var text: String {
        func milliseconds(_ value: Double?) -> String { value.map { String(format: "%.2f ms", $0) } ?? "-" }
        let errors = stats.errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let rows = [
            ["state", endpoint.problem ?? endpoint.state],
            ["model", "\(endpoint.model) version \(endpoint.version), \(endpoint.variant) (\(endpoint.reference))"],
            ["package", "\(endpoint.package)"],
            ["since", "\(endpoint.since)"],
            ["batch invariant", endpoint.batchInvariant ? "yes" : "no"],
            ["requests", "\(stats.requests) answered, \(stats.inFlight) in flight"],
            ["predictions", "\(stats.predictions)"],
            ["errors", errors.isEmpty ? "none" : errors],
            [
                "latency",
                "p50 \(milliseconds(stats.p50Milliseconds))  p95 \(milliseconds(stats.p95Milliseconds))  "
                    + "p99 \(milliseconds(stats.p99Milliseconds))",
            ],
            ["histogram", Terminal.sparkline(stats.latency.map { Double($0.count) })],
        ]
        return Terminal.table([endpoint.name, ""], rows)
    }
}
