import Primitives
import Storage

extension RunStore {
    /// The most runs whose details one statement loads.
    private static let runsPerStatement = 500

    /// Runs with what they logged, in the order of their handles: six statements for every 500 runs.
    static func load(_ handles: [RunHandle], _ reader: any SQLReader) throws -> [Run] {
        var runs: [Run] = []
        runs.reserveCapacity(handles.count)
        var rest = handles[...]
        while !rest.isEmpty {
            runs += try loadSome(Array(rest.prefix(runsPerStatement)), reader)
            rest = rest.dropFirst(runsPerStatement)
        }
        return runs
    }

    private static func loadSome(_ handles: [RunHandle], _ reader: any SQLReader) throws -> [Run] {
        let keys = SQLCondition("run_key", anyOf: handles.map { .integer($0.key) })
        var runs: [Run] = []
        var places: [Int64: Int] = [:]
        for row in try reader.query("SELECT * FROM tracking_run WHERE \(keys.sql)", keys.arguments) {
            places[try row.integer("run_key")] = runs.count
            runs.append(Run(info: try RunInfo(row: row)))
        }
        func each(_ sql: String, _ body: (inout Run, SQLRow) throws -> Void) throws {
            for row in try reader.query(sql, keys.arguments) {
                if let place = places[try row.integer("run_key")] { try body(&runs[place], row) }
            }
        }
        try each("SELECT * FROM run_latest_metric WHERE \(keys.sql) ORDER BY run_key, key") {
            $0.metrics.append(try MetricPoint(row: $1))
        }
        try each("SELECT * FROM run_param WHERE \(keys.sql) ORDER BY run_key, key") {
            $0.params.append(KeyValue(try $1.text("key"), try $1.text("value")))
        }
        try each("SELECT * FROM run_tag WHERE \(keys.sql) ORDER BY run_key, key") {
            $0.tags.append(KeyValue(try $1.text("key"), try $1.text("value")))
        }
        try each("SELECT * FROM run_model_link WHERE \(keys.sql) ORDER BY run_key, direction, step, model_id") {
            let link = ModelLink(modelID: try $1.text("model_id"), step: try $1.integer("step"))
            if try $1.text("direction") == "input" { $0.modelInputs.append(link) } else { $0.modelOutputs.append(link) }
        }
        try each(
            "SELECT i.run_key, i.tags, d.* FROM run_dataset_input AS i JOIN run_dataset AS d ON d.dataset_key = i.dataset_key "
                + "WHERE i.\(keys.sql) ORDER BY i.run_key, i.dataset_key"
        ) { $0.datasets.append(try DatasetInput(row: $1)) }
        return handles.compactMap { places[$0.key].map { runs[$0] } }
    }
}

extension DatasetInput {
    init(row: SQLRow) throws {
        dataset = TrackedDataset(
            name: try row.text("name"),
            digest: try row.text("digest"),
            sourceType: try row.text("source_type"),
            source: try row.text("source"),
            schema: try row.optionalText("schema"),
            profile: try row.optionalText("profile")
        )
        tags = try row.json("tags", as: [KeyValue].self)
    }
}
