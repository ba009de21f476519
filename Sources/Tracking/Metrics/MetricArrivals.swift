import Foundation
import Primitives
import Storage

/// Metric points between the request that logged them and the histories.
///
/// A history is kept in the order of run, key and time, which makes reading fast and writing slow: each key of a batch lies
/// on another page. So a request only appends its points, as one row; it is durable then and answered. Later many rows are
/// sorted into the histories at once, and each page is written once for all of them (the idea of the log-structured merge
/// tree: O'Neil and others, Acta Informatica 1996). Whoever reads histories or latest values has what had arrived sorted in
/// first, so nobody sees the difference.
enum MetricArrivals {
    /// Points sorted in by one transaction: enough that pages are shared, few enough that others wait no longer than for a
    /// checkpoint.
    private static let pointsPerWrite = 10_000
    /// The same while many wait: then the writers are the ones who would wait for pages that are written again and again.
    private static let pointsPerLargeWrite = 20_000
    /// Rows of one transaction: rows of one point each come from writers who wait for each of them.
    private static let rowsPerWrite = 1_000
    /// Rows read at once.
    private static let rowsPerRead = 250

    /// Appends the points of one request.
    static func append(_ points: [MetricPoint], run: RunHandle, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            "INSERT INTO run_metric_arrival (run_key, points) VALUES (?, ?)",
            [.integer(run.key), .blob(ArrivedPoints.encode(points))]
        )
    }

    /// The newest row; nil when all points are in the histories.
    static func newest(_ reader: any SQLReader) throws -> Int64? {
        try reader.first("SELECT MAX(sequence) AS newest FROM run_metric_arrival")?.optionalInteger("newest")
    }

    /// Sorts the oldest rows into the histories, as many as one transaction takes.
    ///
    /// - Parameters:
    ///   - newest: rows after this one are left.
    ///   - waiting: how many points wait, about.
    /// - Returns: how many points were sorted in, and whether rows up to `newest` may be left.
    static func settle(
        through newest: Int64,
        waiting: Int,
        in transaction: any SQLTransaction
    ) throws -> (points: Int, isMore: Bool) {
        let most = waiting > 2 * pointsPerLargeWrite ? pointsPerLargeWrite : pointsPerWrite
        var points: [Int64: [MetricPoint]] = [:]
        var (count, rowCount, last, isMore) = (0, 0, Int64.min, true)
        while isMore, count < most, rowCount < rowsPerWrite {
            let rows = try transaction.query(
                "SELECT sequence, run_key, points FROM run_metric_arrival WHERE sequence > ? AND sequence <= ? "
                    + "ORDER BY sequence LIMIT ?",
                [.integer(last), .integer(newest), .integer(Int64(rowsPerRead))]
            )
            isMore = rows.count == rowsPerRead
            rowCount += rows.count
            for row in rows {
                if count >= most {
                    isMore = true
                    break
                }
                let arrived = try ArrivedPoints.decode(row.blob("points"))
                points[try row.integer("run_key"), default: []] += arrived
                (count, last) = (count + arrived.count, try row.integer("sequence"))
            }
        }
        guard count > 0 else { return (0, false) }
        for run in try handles(points.keys.sorted(), transaction) {
            try MetricWriter.write(points[run.key] ?? [], run: run, in: transaction)
        }
        try transaction.execute("DELETE FROM run_metric_arrival WHERE sequence <= ?", [.integer(last)])
        return (count, isMore)
    }

    private static func handles(_ keys: [Int64], _ reader: any SQLReader) throws -> [RunHandle] {
        let condition = SQLCondition("run_key", anyOf: keys.map(SQLValue.integer))
        return try reader.query(
            "SELECT run_id, run_key, experiment_id, lifecycle_stage FROM tracking_run WHERE \(condition.sql) ORDER BY run_key",
            condition.arguments
        ).map(RunHandle.init(row:))
    }
}

extension RunStore {
    /// So many points may wait, about half a second's work of sorting: whoever logs more helps to sort first.
    private static let mostWaiting = 200_000

    /// Reads after every point that had arrived when it was asked is in its history.
    func readSettled<T: Sendable>(_ body: @escaping @Sendable (any SQLReader) throws -> T) async throws -> T {
        let (value, newest) = try await database.read { reader -> (T?, Int64) in
            if let newest = try MetricArrivals.newest(reader) { return (nil, newest) }
            return (try body(reader), 0)
        }
        if let value { return value }
        try await settle(through: newest)
        return try await database.read(body)
    }

    /// Sorts what has arrived into the histories.
    package func settle() async throws {
        if let newest = try await database.read(MetricArrivals.newest) { try await settle(through: newest) }
    }

    /// Sorts what arrives into the histories, a second at a time, until the task is cancelled.
    ///
    /// - Parameter onFailure: told of what goes wrong; the points stay where they are and are tried again.
    package func settleArrivals(
        every pause: Duration = .seconds(1),
        onFailure: @Sendable (any Error) -> Void
    ) async {
        // What an earlier server left.
        waiting.note(0)
        for await _ in waiting.signals {
            do {
                try await Task.sleep(for: pause)
                try await settle()
            } catch is CancellationError {
                return
            } catch {
                onFailure(error)
                waiting.note(0)
            }
        }
    }

    /// After points were appended.
    func arrived(_ count: Int) async throws {
        guard waiting.note(count) > Self.mostWaiting else { return }
        _ = try await settleOnce(through: .max)
    }

    private func settle(through newest: Int64) async throws {
        while try await settleOnce(through: newest) {}
    }

    private func settleOnce(through newest: Int64) async throws -> Bool {
        let waiting = self.waiting.total
        let (points, isMore) = try await database.write {
            try MetricArrivals.settle(through: newest, waiting: waiting, in: $0)
        }
        self.waiting.settled(points, isMore: isMore)
        return isMore
    }
}
