import Foundation
import Primitives
import Storage

/// Points of one metric of one run.
package struct RunHistory: Sendable, Hashable {
    /// The run.
    package let id: String
    /// The points in order.
    package let points: [MetricPoint]
}

extension RunStore {
    /// The points of one metric by time, step and value.
    ///
    /// - Parameters:
    ///   - maximum: points a page; nil for all of them.
    ///   - token: the page token of the page before.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func history(
        run id: String,
        key: String,
        maximum: Int? = nil,
        token: String? = nil
    ) async throws -> Page<MetricPoint> {
        let start = try HistoryToken.start(of: token)
        if let maximum, maximum < 0 {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(maximum) for parameter 'max_results' supplied. It must be a positive integer."
            )
        }
        if maximum == 0 { return Page(elements: [], nextToken: nil) }
        let limit = maximum.map { Int64(clamping: $0).addingReportingOverflow(1).partialValue } ?? Int64.max
        let found = try await readSettled { reader in
            let run = try Self.handle(id, reader)
            return try reader.query(
                "SELECT key, value, is_nan, timestamp, step FROM run_metric WHERE run_key = ? AND key = ?\(start.sql) "
                    + "ORDER BY timestamp, step, value, is_nan LIMIT ? OFFSET ?",
                [.integer(run.key), .text(key)] + start.arguments + [.integer(limit), .integer(start.offset)]
            ).map(MetricPoint.init(row:))
        }
        guard let maximum, found.count > maximum else { return Page(elements: found, nextToken: nil) }
        return Page(elements: Array(found.prefix(maximum)), nextToken: HistoryToken.make(after: found[maximum - 1]))
    }

    /// The points of one metric of several runs: by run, then time, step and value; at most `maximum` in all.
    package func histories(runs ids: [String], key: String, maximum: Int) async throws -> [RunHistory] {
        let condition = SQLCondition("r.run_id", anyOf: ids.map(SQLValue.text))
        let rows = try await readSettled { reader in
            try reader.query(
                "SELECT r.run_id, m.key, m.value, m.is_nan, m.timestamp, m.step FROM tracking_run AS r "
                    + "JOIN run_metric AS m ON m.run_key = r.run_key WHERE \(condition.sql) AND m.key = ? "
                    + "ORDER BY r.run_id, m.timestamp, m.step, m.value, m.is_nan LIMIT ?",
                condition.arguments + [.text(key), .integer(Int64(maximum))]
            ).map { (try $0.text("run_id"), try MetricPoint(row: $0)) }
        }
        var found: [RunHistory] = []
        var start = 0
        for (index, row) in rows.enumerated() where index + 1 == rows.count || rows[index + 1].0 != row.0 {
            found.append(RunHistory(id: row.0, points: rows[start...index].map(\.1)))
            start = index + 1
        }
        return found
    }

    /// At most `maximum` points of one metric, evenly spread over its history by step; the first and the last are kept.
    ///
    /// - Parameter steps: only points of these steps; nil for all.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func sampledHistory(
        run id: String,
        key: String,
        steps: ClosedRange<Int64>? = nil,
        maximum: Int
    ) async throws -> [MetricPoint] {
        try await sampledHistories(runs: [id], key: key, steps: steps, maximum: maximum).flatMap(\.points)
    }

    /// The same for several runs, in their order.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    package func sampledHistories(
        runs ids: [String],
        key: String,
        steps: ClosedRange<Int64>? = nil,
        maximum: Int
    ) async throws -> [RunHistory] {
        try await readSettled { reader in
            let handles = try Self.handles(ids, reader)
            return try handles.map { run in
                let sampler = HistorySampler(run: run.key, key: key, steps: steps, maximum: max(1, maximum))
                return RunHistory(id: run.id, points: try sampler.points(reader))
            }
        }
    }
}

/// The page token of a history: the last point of the page before, so that points which arrive meanwhile shift nothing.
/// MLflow's own tokens, which count points, are taken too.
enum HistoryToken {
    static func make(after point: MetricPoint) -> String {
        let place: JSONValue = [
            "after": [
                .integer(point.timestamp), .integer(point.step),
                .string(String(point.storedValue.bitPattern, radix: 16)),
                .bool(point.value.isNaN),
            ]
        ]
        return Data(((try? CanonicalJSON.text(place)) ?? "").utf8).base64EncodedString()
    }

    /// - Throws: `INVALID_PARAMETER_VALUE` for a text that is no token.
    static func start(of token: String?) throws -> (sql: String, arguments: [SQLValue], offset: Int64) {
        guard let token, let data = Data(base64Encoded: token),
            let place = (try? JSONDecoder().decode(JSONValue.self, from: data))?["after"]?.arrayValue
        else { return ("", [], Int64(try OffsetToken.offset(of: token))) }
        guard place.count == 4, let timestamp = place[0].integerValue, let step = place[1].integerValue,
            let bits = place[2].stringValue.flatMap({ UInt64($0, radix: 16) }), case .bool(let isNaN) = place[3],
            Double(bitPattern: bits).isFinite
        else { throw PlatformError.mlflowInvalid("Invalid page token, decoded value=\(place.count) members") }
        return (
            " AND (timestamp, step, value, is_nan) > (?, ?, ?, ?)",
            [.integer(timestamp), .integer(step), .real(Double(bitPattern: bits)), .bool(isNaN)], 0
        )
    }
}
