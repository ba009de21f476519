import Primitives
import Storage

/// What a page of runs has in the other tables of MLflow's database: one statement a table.
struct RunDetails {
    private let params: [String: [ImportedPair]]
    private let tags: [String: [ImportedPair]]
    private var keys: [String: [String]] = [:]
    private var datasets: [String: [ImportedDatasetInput]] = [:]
    private var inputs: [String: [ImportedModelLink]] = [:]
    private var outputs: [String: [ImportedModelLink]] = [:]

    init(_ runs: [String], _ reader: any SQLReader) throws {
        let owners = MLflowDatabaseSource.Owners(runs)
        params = try MLflowDatabaseSource.pairs(
            "SELECT run_uuid AS owner, key, value FROM params WHERE run_uuid IN \(owners.list)",
            owners.values,
            reader
        )
        tags = try MLflowDatabaseSource.pairs(
            "SELECT run_uuid AS owner, key, value FROM tags WHERE run_uuid IN \(owners.list)",
            owners.values,
            reader
        )
        for row in try reader.query(
            "SELECT run_uuid, key FROM latest_metrics WHERE run_uuid IN \(owners.list)",
            owners.values
        ) { keys[try row.text("run_uuid"), default: []].append(try row.text("key")) }
        try readDatasets(owners, reader)
        for row in try reader.query(
            "SELECT source_type, source_id, destination_id, step FROM inputs "
                + "WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id IN \(owners.list)",
            owners.values
        ) {
            let link = ImportedModelLink(modelID: try row.text("destination_id"), step: try row.integer("step"))
            let run = try row.text("source_id")
            if try row.text("source_type") == "RUN_INPUT" {
                // Over MLflow's API a model that was read has no step.
                inputs[run, default: []].append(ImportedModelLink(modelID: link.modelID, step: 0))
            } else {
                outputs[run, default: []].append(link)
            }
        }
    }

    private mutating func readDatasets(_ owners: MLflowDatabaseSource.Owners, _ reader: any SQLReader) throws {
        let tags = try MLflowDatabaseSource.pairs(
            "SELECT t.input_uuid AS owner, t.name AS key, t.value FROM input_tags AS t JOIN inputs AS i "
                + "ON i.input_uuid = t.input_uuid WHERE i.destination_type = 'RUN' AND i.destination_id IN \(owners.list)",
            owners.values,
            reader
        )
        let rows = try reader.query(
            "SELECT i.input_uuid, i.destination_id, d.* FROM inputs AS i JOIN datasets AS d ON d.dataset_uuid = i.source_id "
                + "WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id IN \(owners.list)",
            owners.values
        )
        for row in rows {
            datasets[try row.text("destination_id"), default: []].append(
                ImportedDatasetInput(
                    name: try row.text("name"),
                    digest: try row.text("digest"),
                    sourceType: try row.text("dataset_source_type"),
                    source: try row.text("dataset_source"),
                    schema: try row.optionalText("dataset_schema"),
                    profile: try row.optionalText("dataset_profile"),
                    tags: tags[try row.text("input_uuid")] ?? []
                )
            )
        }
    }

    /// A row of `runs` with its details.
    func run(_ row: SQLRow, _ places: ArtifactPlaces) throws -> SourceRun {
        let id = try row.text("run_uuid")
        let record = ImportedRun(
            id: id,
            experimentID: try row.integer("experiment_id"),
            name: try row.optionalText("name") ?? "",
            userID: try row.optionalText("user_id") ?? "",
            status: try row.optionalText("status") ?? "RUNNING",
            startTime: try row.optionalInteger("start_time") ?? 0,
            endTime: try row.optionalInteger("end_time"),
            artifactURI: places.here(try row.optionalText("artifact_uri") ?? ""),
            lifecycleStage: try row.optionalText("lifecycle_stage") ?? "active",
            params: params[id] ?? [],
            tags: tags[id] ?? [],
            datasets: datasets[id] ?? [],
            modelInputs: inputs[id] ?? [],
            modelOutputs: outputs[id] ?? []
        )
        return SourceRun(record: record, metricKeys: keys[id] ?? [])
    }
}
