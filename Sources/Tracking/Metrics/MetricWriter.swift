import Primitives
import Storage

/// Writes metric points inside a transaction: many rows a statement, and the latest point of each key once.
enum MetricWriter {
    /// Stores points of a run. A point that is there already is left alone.
    static func write(_ points: [MetricPoint], run: RunHandle, in transaction: any SQLTransaction) throws {
        var rest = points[...]
        for size in [100, 10, 1] {
            while rest.count >= size {
                let chunk = rest.prefix(size)
                try transaction.execute(insert[size] ?? "", chunk.flatMap { arguments(of: $0, run) })
                rest = rest.dropFirst(size)
            }
        }
        for point in latest(points) {
            try transaction.execute(
                upsertLatest,
                [
                    .integer(run.key), .text(point.key), .real(point.storedValue), .bool(point.value.isNaN),
                    .integer(point.timestamp), .integer(point.step),
                ]
            )
        }
        for point in points where point.modelID != nil { try link(point, run: run, in: transaction) }
    }

    /// One statement for each of three sizes, so that every batch runs on prepared statements.
    private static let insert: [Int: String] = Dictionary(
        uniqueKeysWithValues: [100, 10, 1].map { size in
            let values = Array(repeating: "(?, ?, ?, ?, ?, ?)", count: size).joined(separator: ", ")
            return (
                size,
                "INSERT INTO run_metric (run_key, key, timestamp, step, value, is_nan) VALUES \(values) ON CONFLICT DO NOTHING"
            )
        }
    )

    private static let upsertLatest =
        "INSERT INTO run_latest_metric (run_key, key, value, is_nan, timestamp, step) VALUES (?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT (run_key, key) DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan, "
        + "timestamp = excluded.timestamp, step = excluded.step "
        + "WHERE (excluded.step, excluded.timestamp, excluded.value) "
        + "> (run_latest_metric.step, run_latest_metric.timestamp, run_latest_metric.value)"

    private static func arguments(of point: MetricPoint, _ run: RunHandle) -> [SQLValue] {
        [
            .integer(run.key), .text(point.key), .integer(point.timestamp), .integer(point.step),
            .real(point.storedValue), .bool(point.value.isNaN),
        ]
    }

    /// The latest point of each key, in order of first appearance.
    static func latest(_ points: [MetricPoint]) -> [MetricPoint] {
        if points.count == 1 { return points }
        var places: [String: Int] = [:]
        var result: [MetricPoint] = []
        for point in points {
            if let place = places[point.key] {
                if point.isLater(than: result[place]) { result[place] = point }
            } else {
                places[point.key] = result.count
                result.append(point)
            }
        }
        return result
    }

    private static func link(_ point: MetricPoint, run: RunHandle, in transaction: any SQLTransaction) throws {
        guard let model = point.modelID, !model.isEmpty else { return }
        let known = try transaction.first("SELECT 1 AS found FROM logged_model WHERE model_id = ?", [.text(model)])
        guard known != nil else { throw PlatformError.mlflowMissing("Logged model with ID '\(model)' not found.") }
        try transaction.execute(
            "INSERT INTO logged_model_metric "
                + "(model_id, key, timestamp, step, run_id, value, is_nan, dataset_name, dataset_digest) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [
                .text(model), .text(point.key), .integer(point.timestamp), .integer(point.step), .text(run.id),
                .real(point.storedValue), .bool(point.value.isNaN), .optional(point.datasetName),
                .optional(point.datasetDigest),
            ]
        )
    }
}
