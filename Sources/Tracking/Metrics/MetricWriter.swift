import Primitives
import Storage

/// Writes metric points inside a transaction: many rows a statement, and the latest point of each key once.
enum MetricWriter {
    /// Stores points of a run. A point that is there already is left alone.
    static func write(_ points: [MetricPoint], run: RunHandle, in transaction: any SQLTransaction) throws {
        let groups = groups(points)
        var rest = inKeyOrder(points, groups)[...]
        for size in [100, 10, 1] {
            while rest.count >= size {
                let chunk = rest.prefix(size)
                try transaction.execute(insert[size] ?? "", chunk.flatMap { arguments(of: $0, run) })
                rest = rest.dropFirst(size)
            }
        }
        for group in groups { try upsert(group, run: run, in: transaction) }
        var known: Set<String> = []
        for point in points where point.modelID != nil { try link(point, run: run, &known, in: transaction) }
    }

    /// The points of one key in a write.
    struct Group: Sendable {
        /// The latest of them.
        var latest: MetricPoint
        /// The last in order of arrival.
        var last: MetricPoint
        /// The smallest step.
        var firstStep: Int64
        /// The smallest timestamp.
        var firstTimestamp: Int64
        /// Whether neither steps nor timestamps ever fell.
        var isInOrder = true

        init(_ point: MetricPoint) {
            latest = point
            last = point
            firstStep = point.step
            firstTimestamp = point.timestamp
        }

        mutating func add(_ point: MetricPoint) {
            if point.isLater(than: latest) { latest = point }
            if point.step < last.step || point.timestamp < last.timestamp { isInOrder = false }
            firstStep = min(firstStep, point.step)
            firstTimestamp = min(firstTimestamp, point.timestamp)
            last = point
        }
    }

    /// Keeps the latest point, and whether the whole history has the order of its steps.
    private static func upsert(_ group: Group, run: RunHandle, in transaction: any SQLTransaction) throws {
        let point = group.latest
        let changed = try transaction.execute(
            upsertLatest,
            [
                .integer(run.key), .text(point.key), .real(point.storedValue), .bool(point.value.isNaN),
                .integer(point.timestamp), .integer(point.step), .integer(run.experimentID), .bool(group.isInOrder),
                .integer(group.firstStep), .integer(group.firstTimestamp),
            ]
        )
        if changed > 0 { return }
        try transaction.execute(
            "UPDATE run_latest_metric SET in_order = 0 WHERE run_key = ? AND key = ? AND in_order = 1 "
                + "AND NOT (? >= step AND ? >= timestamp)",
            [.integer(run.key), .text(point.key), .integer(group.firstStep), .integer(group.firstTimestamp)]
        )
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
        "INSERT INTO run_latest_metric (run_key, key, value, is_nan, timestamp, step, experiment_id, in_order) "
        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
        + "ON CONFLICT (run_key, key) DO UPDATE SET value = excluded.value, is_nan = excluded.is_nan, "
        + "timestamp = excluded.timestamp, step = excluded.step, in_order = CASE WHEN run_latest_metric.in_order = 1 "
        + "AND excluded.in_order = 1 AND ? >= run_latest_metric.step AND ? >= run_latest_metric.timestamp "
        + "THEN 1 ELSE 0 END "
        + "WHERE (excluded.step, excluded.timestamp, excluded.value) "
        + "> (run_latest_metric.step, run_latest_metric.timestamp, run_latest_metric.value)"

    private static func arguments(of point: MetricPoint, _ run: RunHandle) -> [SQLValue] {
        [
            .integer(run.key), .text(point.key), .integer(point.timestamp), .integer(point.step),
            .real(point.storedValue), .bool(point.value.isNaN),
        ]
    }

    /// The points key by key, each key's in order of arrival: neighbours in the table are written together.
    private static func inKeyOrder(_ points: [MetricPoint], _ groups: [Group]) -> [MetricPoint] {
        if groups.count == 1 { return points }
        let keys = groups.map(\.latest.key).sorted()
        let places = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($0.element, $0.offset) })
        var buckets = [[MetricPoint]](repeating: [], count: keys.count)
        for point in points { if let place = places[point.key] { buckets[place].append(point) } }
        return Array(buckets.joined())
    }

    /// The points of each key, in order of first appearance.
    static func groups(_ points: [MetricPoint]) -> [Group] {
        if points.count == 1 { return points.map(Group.init) }
        var places: [String: Int] = [:]
        var result: [Group] = []
        for point in points {
            if let place = places[point.key] {
                result[place].add(point)
            } else {
                places[point.key] = result.count
                result.append(Group(point))
            }
        }
        return result
    }

    private static func link(
        _ point: MetricPoint,
        run: RunHandle,
        _ known: inout Set<String>,
        in transaction: any SQLTransaction
    ) throws {
        guard let model = point.modelID, !model.isEmpty else { return }
        if known.insert(model).inserted {
            let found = try transaction.first("SELECT 1 AS found FROM logged_model WHERE model_id = ?", [.text(model)])
            guard found != nil else { throw PlatformError.mlflowMissing("Logged model with ID '\(model)' not found.") }
        }
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
