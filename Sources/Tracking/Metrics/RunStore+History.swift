import Primitives
import Storage

extension RunStore {
    /// The points of one metric by time, step and value.
    ///
    /// - Parameter maximum: points a page; nil for all of them.
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func history(
        run id: String,
        key: String,
        maximum: Int? = nil,
        token: String? = nil
    ) async throws -> Page<MetricPoint> {
        let offset = try OffsetToken.offset(of: token)
        if let maximum, maximum <= 0 {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(maximum) for parameter 'max_results' supplied. It must be a positive integer."
            )
        }
        let limit = maximum.map { Int64($0) + 1 } ?? Int64.max
        let found = try await database.read { reader in
            let run = try Self.handle(id, reader)
            return try reader.query(
                "SELECT key, value, is_nan, timestamp, step FROM run_metric WHERE run_key = ? AND key = ? "
                    + "ORDER BY timestamp, step, value, is_nan LIMIT ? OFFSET ?",
                [.integer(run.key), .text(key), .integer(limit), .integer(Int64(offset))]
            ).map(MetricPoint.init(row:))
        }
        guard let maximum, found.count > maximum else { return Page(elements: found, nextToken: nil) }
        return Page(elements: Array(found.prefix(maximum)), nextToken: OffsetToken.make(offset + maximum))
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
        let bounds: [SQLValue] = [.integer(steps?.lowerBound ?? .min), .integer(steps?.upperBound ?? .max)]
        let count = Int64(max(1, maximum))
        return try await database.read { reader in
            let run = try Self.handle(id, reader)
            let arguments: [SQLValue] = [.integer(run.key), .text(key)] + bounds
            let total =
                try reader.first(
                    "SELECT COUNT(*) AS total FROM run_metric WHERE run_key = ? AND key = ? AND step BETWEEN ? AND ?",
                    arguments
                )?.integer("total") ?? 0
            let ordered =
                "SELECT key, value, is_nan, timestamp, step, "
                + "ROW_NUMBER() OVER (ORDER BY step, timestamp, value, is_nan) - 1 AS place "
                + "FROM run_metric WHERE run_key = ? AND key = ? AND step BETWEEN ? AND ?"
            guard total > count, count > 1 else {
                let newest = count == 1 ? "ORDER BY place DESC LIMIT 1" : "ORDER BY place"
                return try reader.query("SELECT * FROM (\(ordered)) AS o \(newest)", arguments).map(
                    MetricPoint.init(row:)
                )
            }
            // A row is kept when it is the first of its share of the range, or the last of all.
            return try reader.query(
                "SELECT * FROM (\(ordered)) AS o WHERE place = ? - 1 "
                    + "OR (place * (? - 1)) / (? - 1) > ((place - 1) * (? - 1)) / (? - 1) OR place = 0 ORDER BY place",
                arguments + [.integer(total), .integer(count), .integer(total), .integer(count), .integer(total)]
            ).map(MetricPoint.init(row:))
        }
    }
}
