import Primitives
import Storage

extension RunStore {
    /// Logs one point of a metric.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func log(metric point: MetricPoint, run id: String) async throws {
        try TrackingLimits.check(point, path: "")
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            try Self.take([point], run, transaction)
        }
        try await arrived(1)
    }

    /// Logs one param. The same value again is no change; another value is refused.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func log(param: KeyValue, run id: String) async throws {
        let param = try TrackingLimits.param(param, path: "")
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            guard let old = try Self.insert(param, run, transaction) else { return }
            throw PlatformError.mlflowInvalid(
                "Changing param values is not allowed. Param with key='\(param.key)' was already logged with value='\(old)' "
                    + "for run ID='\(id)'. Attempted logging new value '\(param.value)'."
            )
        }
    }

    /// Logs metrics, params and tags together: all of them or none.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func log(
        metrics: [MetricPoint],
        params: [KeyValue],
        tags: [KeyValue],
        run id: String
    ) async throws {
        try Self.checkBatch(metrics.count, params.count, tags.count)
        for (index, point) in metrics.enumerated() { try TrackingLimits.check(point, path: "metrics[\(index)]") }
        let params = try params.enumerated().map { try TrackingLimits.param($1, path: "params[\($0)]") }
        let tags = try tags.enumerated().map { try TrackingLimits.tag($1, path: "tags[\($0)]") }
        try Self.checkUnique(params)
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            try Self.insert(params, run, transaction)
            if !metrics.isEmpty { try Self.take(metrics, run, transaction) }
            for tag in tags {
                if tag.key == Self.nameTag { try Self.rename(run, tag.value, transaction) }
                try Self.setTag(tag, run, transaction)
            }
        }
        if !metrics.isEmpty { try await arrived(metrics.count) }
    }

    /// Sets a tag; `mlflow.runName` also renames the run.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST`, `INVALID_PARAMETER_VALUE`.
    package func set(tag: KeyValue, run id: String) async throws {
        let tag = try TrackingLimits.tag(tag, path: "")
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            if tag.key == Self.nameTag { try Self.rename(run, tag.value, transaction) }
            try Self.setTag(tag, run, transaction)
        }
    }

    /// Deletes a tag.
    ///
    /// - Throws: `RESOURCE_DOES_NOT_EXIST` also when there is no such tag.
    package func delete(tag key: String, run id: String) async throws {
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            let count = try transaction.execute(
                "DELETE FROM run_tag WHERE run_key = ? AND key = ?",
                [.integer(run.key), .text(key)]
            )
            if count == 0 { throw PlatformError.mlflowMissing("No tag with name: \(key) in run with id \(id)") }
        }
    }

    /// Appends a model's description to the tag `mlflow.log-model.history`, as clients before logged models do.
    ///
    /// - Throws: `INVALID_PARAMETER_VALUE` when the description is no JSON object.
    package func log(modelDescription: JSONValue, run id: String) async throws {
        guard modelDescription.objectValue != nil else {
            throw PlatformError.mlflowInvalid("Malformed model info. \n The model's description is not a JSON object.")
        }
        try await database.write { transaction in
            let run = try Self.handle(id, transaction)
            try run.requireActive()
            let row = try transaction.first(
                "SELECT value FROM run_tag WHERE run_key = ? AND key = 'mlflow.log-model.history'",
                [.integer(run.key)]
            )
            let earlier = try row?.json("value", as: [JSONValue].self) ?? []
            let tag = KeyValue("mlflow.log-model.history", try CanonicalJSON.text(earlier + [modelDescription]))
            try Self.setTag(tag, run, transaction)
        }
    }
}

extension RunStore {
    /// Appends points, to be sorted into their histories later; those of a logged model are written at once, since the model
    /// must be there.
    private static func take(_ points: [MetricPoint], _ run: RunHandle, _ transaction: any SQLTransaction) throws {
        if points.contains(where: { $0.modelID != nil }) {
            try MetricWriter.write(points, run: run, in: transaction)
        } else {
            try MetricArrivals.append(points, run: run, in: transaction)
        }
    }

    /// Inserts a param.
    ///
    /// - Returns: the other value that is there already, or nil when the param now has this value.
    private static func insert(_ param: KeyValue, _ run: RunHandle, _ transaction: any SQLTransaction) throws -> String?
    {
        let inserted = try transaction.execute(
            "INSERT INTO run_param (run_key, key, value) VALUES (?, ?, ?) ON CONFLICT (run_key, key) DO NOTHING",
            [.integer(run.key), .text(param.key), .text(param.value)]
        )
        if inserted > 0 { return nil }
        let old = try transaction.first(
            "SELECT value FROM run_param WHERE run_key = ? AND key = ?",
            [.integer(run.key), .text(param.key)]
        )?.text("value")
        return old == param.value ? nil : old
    }

    private static func insert(_ params: [KeyValue], _ run: RunHandle, _ transaction: any SQLTransaction) throws {
        var changed: [String] = []
        for param in params {
            if let old = try insert(param, run, transaction) {
                changed.append("{'key': '\(param.key)', 'old_value': '\(old)', 'new_value': '\(param.value)'}")
            }
        }
        if changed.isEmpty { return }
        throw PlatformError.mlflowInvalid(
            "Changing param values is not allowed. Params were already logged='[\(changed.joined(separator: ", "))]' "
                + "for run ID='\(run.id)'."
        )
    }

    private static func rename(_ run: RunHandle, _ name: String, _ transaction: any SQLTransaction) throws {
        try transaction.execute("UPDATE tracking_run SET name = ? WHERE run_key = ?", [.text(name), .integer(run.key)])
    }

    private static func checkBatch(_ metrics: Int, _ params: Int, _ tags: Int) throws {
        func check(_ what: String, _ count: Int, _ limit: Int) throws {
            guard count > limit else { return }
            throw PlatformError.mlflowInvalid(
                "A batch logging request can contain at most \(limit) \(what). Got \(count) \(what). "
                    + "Please split up \(what) across multiple requests and try again."
            )
        }
        try check("metrics", metrics, TrackingLimits.metricsPerBatch)
        try check("params", params, TrackingLimits.paramsPerBatch)
        try check("tags", tags, TrackingLimits.paramsPerBatch)
        try check("metrics, params, and tags", metrics + params + tags, TrackingLimits.metricsPerBatch)
    }

    private static func checkUnique(_ params: [KeyValue]) throws {
        var seen: Set<String> = []
        let twice = params.map(\.key).filter { !seen.insert($0).inserted }
        if twice.isEmpty { return }
        throw PlatformError.mlflowInvalid(
            "Duplicate parameter keys have been submitted: ['\(twice.joined(separator: "', '"))']. Please ensure the request "
                + "contains only one param value per param key."
        )
    }
}
