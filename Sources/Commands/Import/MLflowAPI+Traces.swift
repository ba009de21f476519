import Client
import Foundation
import Primitives
import WireAPI

extension MLflowAPI {
    private static let traces = "/api/3.0/mlflow/traces"

    /// A page of the traces of an experiment, without their spans, the oldest first.
    func traces(of experiment: Int64, maximum: Int, after token: String?) async throws -> SourcePage<OrderedJSON> {
        let body = OrderedJSON.members(
            (
                "locations",
                .array([
                    .members(
                        ("type", "MLFLOW_EXPERIMENT"),
                        ("mlflow_experiment", .members(("experiment_id", .string("\(experiment)"))))
                    )
                ])
            ),
            ("max_results", .integer(Int64(maximum))),
            ("order_by", .array(["timestamp_ms ASC"])),
            ("page_token", .optional(token))
        )
        let reply = try await ask(.post, "\(Self.traces)/search", body)
        let next = reply["next_page_token"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        return SourcePage(elements: reply["traces"]?.elements ?? [], next: next)
    }

    /// Traces with their spans; those that are not there, or whose spans are files, are left out or have none.
    func traces(_ ids: [String]) async throws -> [SourceTrace] {
        let query = ids.map { "trace_ids=" + Self.escape($0) }.joined(separator: "&")
        let reply = try await ask(.get, "\(Self.traces)/batchGet?\(query)", nil)
        return (reply["traces"]?.elements ?? []).map(SourceTrace.init)
    }

    /// Writes a trace: its spans, then what is known of it as a whole.
    func write(_ trace: SourceTrace) async throws {
        let experiment = trace.info["trace_location"]?["mlflow_experiment"]?["experiment_id"]?.stringValue
        if !trace.spans.isEmpty {
            _ = try await client.sendRaw(
                .post,
                path: "/v1/traces",
                contentType: "application/json",
                headers: ["x-mlflow-experiment-id": experiment ?? ""],
                body: Data(trace.export.bytes())
            )
        }
        _ = try await ask(.post, Self.traces, .members(("trace", .members(("trace_info", trace.info)))))
    }

    private func ask(_ verb: HTTPVerb, _ path: String, _ body: OrderedJSON?) async throws -> OrderedJSON {
        let data = try await client.sendRaw(
            verb,
            path: path,
            contentType: body == nil ? nil : "application/json",
            body: body.map { Data($0.bytes()) }
        )
        guard let reply = OrderedJSON.parse(String(decoding: data, as: UTF8.self)) else {
            throw PlatformError(.invalidJSON, "The reply to \(path.prefix(200)) is no JSON.")
        }
        return reply
    }
}
