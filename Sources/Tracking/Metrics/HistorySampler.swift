import Primitives
import Storage

/// Picks evenly spread points of one metric's history, as MLflow does (`NTILE` over step, timestamp and value): the history
/// is cut into `maximum` shares, the first point of each is taken, and the very last point in place of the last share's.
///
/// Nearly every history was logged in the order of its steps; then the primary key already has that order, and the sampler
/// hops along it. Others are sorted.
struct HistorySampler: Sendable {
    let run: Int64
    let key: String
    let steps: ClosedRange<Int64>?
    let maximum: Int

    func points(_ reader: any SQLReader) throws -> [MetricPoint] {
        let latest = try reader.first(
            "SELECT in_order FROM run_latest_metric WHERE run_key = ? AND key = ?",
            [.integer(run), .text(key)]
        )
        guard let latest else { return [] }
        let range = steps.map {
            SQLCondition(" AND step BETWEEN ? AND ?", [.integer($0.lowerBound), .integer($0.upperBound)])
        }
        let which = SQLCondition(
            "FROM run_metric WHERE run_key = ? AND key = ?\(range?.sql ?? "")",
            [.integer(run), .text(key)] + (range?.arguments ?? [])
        )
        let total = try reader.first("SELECT COUNT(*) AS total \(which.sql)", which.arguments)?.integer("total") ?? 0
        if total <= maximum {
            return try reader.query(
                "SELECT key, value, is_nan, timestamp, step \(which.sql) ORDER BY step, timestamp, value, is_nan",
                which.arguments
            ).map(MetricPoint.init(row:))
        }
        return try latest.bool("in_order") ? hop(reader, which, total) : sort(reader, which, total)
    }

    /// The places that are taken, from 0: `total` exceeds `maximum`.
    static func places(total: Int64, maximum: Int) -> [Int64] {
        let (share, longer) = total.quotientAndRemainder(dividingBy: Int64(maximum))
        return (0..<Int64(maximum - 1)).map { $0 * share + min($0, longer) } + [total - 1]
    }

    /// One short statement a point, each skipping along the primary key.
    private func hop(_ reader: any SQLReader, _ which: SQLCondition, _ total: Int64) throws -> [MetricPoint] {
        var found: [MetricPoint] = []
        var last: Int64 = -1
        for place in Self.places(total: total, maximum: maximum) {
            var after = SQLCondition("")
            if let point = found.last {
                after = SQLCondition(
                    " AND (timestamp, step, value, is_nan) > (?, ?, ?, ?)",
                    [
                        .integer(point.timestamp), .integer(point.step), .real(point.storedValue),
                        .bool(point.value.isNaN),
                    ]
                )
            }
            let row = try reader.first(
                "SELECT key, value, is_nan, timestamp, step \(which.sql)\(after.sql) "
                    + "ORDER BY timestamp, step, value, is_nan LIMIT 1 OFFSET ?",
                which.arguments + after.arguments + [.integer(place - last - 1)]
            )
            guard let row else { break }
            found.append(try MetricPoint(row: row))
            last = place
        }
        return found
    }

    private func sort(_ reader: any SQLReader, _ which: SQLCondition, _ total: Int64) throws -> [MetricPoint] {
        let (share, longer) = total.quotientAndRemainder(dividingBy: Int64(maximum))
        let long = longer * (share + 1)
        let lastStart = Int64(maximum - 1) * share + min(Int64(maximum - 1), longer)
        return try reader.query(
            "SELECT * FROM (SELECT key, value, is_nan, timestamp, step, "
                + "ROW_NUMBER() OVER (ORDER BY step, timestamp, value, is_nan) - 1 AS place \(which.sql)) AS o "
                + "WHERE place = ? OR (place <> ? AND "
                + "CASE WHEN place < ? THEN place % ? ELSE (place - ?) % ? END = 0) ORDER BY place",
            which.arguments
                + [total - 1, lastStart, long, share + 1, long, share].map(SQLValue.integer)
        ).map(MetricPoint.init(row:))
    }
}
