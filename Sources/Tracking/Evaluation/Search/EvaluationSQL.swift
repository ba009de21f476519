import Primitives
import Storage

/// What the stores of the evaluation resources share.
enum EvaluationSQL {
    /// How many values one IN list or one VALUES list takes.
    static let chunk = 100

    /// Checks that an experiment is there and not in the bin, as label schemas, queues and issues ask.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`.
    static func requireVisible(experiment id: Int64, _ reader: any SQLReader) throws {
        let found = try reader.first(
            "SELECT 1 AS found FROM experiment WHERE experiment_id = ? AND lifecycle_stage = 'active'",
            [.integer(id)]
        )
        if found == nil { throw missing(experiment: id) }
    }

    /// Checks that an experiment is there and in use, as scorers ask.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`; `INVALID_PARAMETER_VALUE` for a deleted one.
    static func requireActive(experiment id: Int64, _ reader: any SQLReader) throws {
        let row = try reader.first(
            "SELECT lifecycle_stage FROM experiment WHERE experiment_id = ?",
            [.integer(id)]
        )
        guard let stage = try row?.text("lifecycle_stage") else { throw missing(experiment: id) }
        guard stage == "active" else {
            throw PlatformError.mlflowInvalid(
                "The experiment \(id) must be in the 'active' state. Current state is \(stage)."
            )
        }
    }

    /// Checks that all experiments exist.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` naming the first that does not.
    static func requireAll(experiments ids: [Int64], _ reader: any SQLReader) throws {
        let known = try rows(
            "SELECT experiment_id FROM experiment WHERE ",
            "experiment_id",
            ids.map(SQLValue.integer),
            reader
        )
        .map { try $0.integer("experiment_id") }
        for id in ids where !known.contains(id) {
            throw PlatformError.mlflowMissing("No Experiment with id=\(id)")
        }
    }

    /// The rows whose column is one of some values, in one query a hundred.
    static func rows(
        _ select: String,
        _ column: String,
        _ values: [SQLValue],
        _ reader: any SQLReader,
        leading: [SQLValue] = []
    ) throws -> [SQLRow] {
        try chunks(values).flatMap { part in
            let list = SQLCondition(column, anyOf: part)
            return try reader.query(select + list.sql, leading + list.arguments)
        }
    }

    /// Inserts rows, a hundred a statement.
    static func insert(_ head: String, _ rows: [[SQLValue]], tail: String = "", in transaction: any SQLTransaction)
        throws
    {
        for part in chunks(rows) {
            try transaction.execute(
                "\(head) VALUES \(places(part.count, part.first?.count ?? 0))\(tail)",
                part.flatMap { $0 }
            )
        }
    }

    /// `(?, ?), (?, ?)`.
    static func places(_ rows: Int, _ width: Int) -> String {
        let one = "(" + Array(repeating: "?", count: width).joined(separator: ", ") + ")"
        return Array(repeating: one, count: rows).joined(separator: ", ")
    }

    static func chunks<T>(_ values: [T]) -> [[T]] {
        stride(from: 0, to: values.count, by: chunk).map { Array(values[$0..<min($0 + chunk, values.count)]) }
    }

    /// Checks a page size as MLflow's searches do.
    static func checkPage(_ size: Int) throws {
        if size < 1 {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(size) for parameter 'max_results' supplied. It must be a positive integer"
            )
        }
        if size > TrackingLimits.pageSize {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(size) for parameter 'max_results' supplied. It must be at most \(TrackingLimits.pageSize)"
            )
        }
    }

    private static func missing(experiment id: Int64) -> PlatformError {
        PlatformError.mlflowMissing("No Experiment with id=\(id) exists")
    }
}

extension Sequence where Element: Hashable {
    /// The elements without repetitions, each at its first place.
    var unique: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
