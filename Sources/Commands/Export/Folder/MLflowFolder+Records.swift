import Foundation
import Primitives

/// Records as the files of an exported folder hold them, both ways.
extension MLflowFolder {
    static func write(_ experiment: ImportedExperiment, runs: [String]) -> OrderedJSON {
        .members(
            (
                "experiment",
                .members(
                    ("experiment_id", .string("\(experiment.id)")),
                    ("name", .string(experiment.name)),
                    ("artifact_location", .string(experiment.artifactLocation)),
                    ("lifecycle_stage", .string(experiment.lifecycleStage)),
                    ("creation_time", .integer(experiment.creationTime)),
                    ("last_update_time", .integer(experiment.lastUpdateTime)),
                    ("tags", map(experiment.tags))
                )
            ),
            ("runs", .array(runs.map(OrderedJSON.string)))
        )
    }

    static func experiment(_ content: OrderedJSON, _ file: String) throws -> ImportedExperiment {
        guard let record = content["experiment"], let id = record["experiment_id"]?.integerValue,
            let name = record["name"]?.stringValue
        else { throw unreadable(file) }
        return ImportedExperiment(
            id: id,
            name: name,
            artifactLocation: record.text("artifact_location"),
            lifecycleStage: record["lifecycle_stage"]?.stringValue ?? "active",
            creationTime: record.number("creation_time"),
            lastUpdateTime: record.number("last_update_time"),
            tags: record.pairs("tags")
        )
    }

    /// A run without its metrics, which come behind it.
    static func write(_ run: ImportedRun) -> [OrderedJSON.Member] {
        let inputs = run.datasets.map { input -> OrderedJSON in
            .members(
                (
                    "dataset",
                    .members(
                        ("name", .string(input.name)),
                        ("digest", .string(input.digest)),
                        ("source_type", .string(input.sourceType)),
                        ("source", .string(input.source)),
                        ("schema", .optional(input.schema)),
                        ("profile", .optional(input.profile))
                    )
                ),
                ("tags", .array(input.tags.map { .members(("key", .string($0.key)), ("value", .string($0.value))) }))
            )
        }
        let read = run.modelInputs.map { OrderedJSON.members(("model_id", .string($0.modelID))) }
        let made = run.modelOutputs.map {
            OrderedJSON.members(("model_id", .string($0.modelID)), ("step", .integer($0.step)))
        }
        return [
            .init(
                "info",
                .members(
                    ("run_id", .string(run.id)),
                    ("run_name", .string(run.name)),
                    ("experiment_id", .string("\(run.experimentID)")),
                    ("user_id", .string(run.userID)),
                    ("status", .string(run.status)),
                    ("start_time", .integer(run.startTime)),
                    ("end_time", run.endTime.map(OrderedJSON.integer)),
                    ("artifact_uri", .string(run.artifactURI)),
                    ("lifecycle_stage", .string(run.lifecycleStage))
                )
            ),
            .init("params", map(run.params)), .init("tags", map(run.tags)),
            .init("inputs", .members(("dataset_inputs", .array(inputs)), ("model_inputs", .array(read)))),
            .init("outputs", .members(("model_outputs", .array(made)))),
        ]
    }

    static func run(_ content: OrderedJSON, _ file: String) throws -> SourceRun {
        guard let info = content["info"], let id = info["run_id"]?.stringValue,
            let experiment = info["experiment_id"]?.integerValue
        else { throw unreadable(file) }
        let links = { (list: OrderedJSON?, step: Bool) in
            (list?.elements ?? []).map {
                ImportedModelLink(modelID: $0.text("model_id"), step: step ? $0.number("step") : 0)
            }
        }
        let record = ImportedRun(
            id: id,
            experimentID: experiment,
            name: info.text("run_name"),
            userID: info.text("user_id"),
            status: info["status"]?.stringValue ?? "FINISHED",
            startTime: info.number("start_time"),
            endTime: info["end_time"]?.integerValue,
            artifactURI: info.text("artifact_uri"),
            lifecycleStage: info["lifecycle_stage"]?.stringValue ?? "active",
            params: content.pairs("params"),
            tags: content.pairs("tags"),
            datasets: (content["inputs"]?["dataset_inputs"]?.elements ?? []).map { input in
                let dataset = input["dataset"] ?? .object([])
                return ImportedDatasetInput(
                    name: dataset.text("name"),
                    digest: dataset.text("digest"),
                    sourceType: dataset.text("source_type"),
                    source: dataset.text("source"),
                    schema: dataset["schema"]?.stringValue,
                    profile: dataset["profile"]?.stringValue,
                    tags: input.pairs("tags")
                )
            },
            modelInputs: links(content["inputs"]?["model_inputs"], false),
            modelOutputs: links(content["outputs"]?["model_outputs"], true)
        )
        return SourceRun(record: record, metricKeys: (content["metrics"]?.members ?? []).map(\.key))
    }

    static func series(_ content: OrderedJSON, of run: String) -> [ImportedSeries] {
        (content["metrics"]?.members ?? []).map { metric in
            let points = metric.value.elements ?? []
            return ImportedSeries(
                runID: run,
                key: metric.key,
                timestamps: points.map { $0.number("timestamp") },
                steps: points.map { $0.number("step") },
                values: points.map { $0["value"].flatMap(Self.value) }
            )
        }
    }

    static func write(_ model: ImportedLoggedModel) -> OrderedJSON {
        let metrics = model.metrics.map { metric -> OrderedJSON in
            .members(
                ("key", .string(metric.key)),
                ("value", .real(metric.value ?? .nan)),
                ("timestamp", .integer(metric.timestamp)),
                ("step", .integer(metric.step)),
                ("run_id", .string(metric.runID)),
                ("model_id", .string(model.id)),
                ("dataset_name", .optional(metric.datasetName)),
                ("dataset_digest", .optional(metric.datasetDigest))
            )
        }
        return .members(
            ("experiment_id", .string("\(model.experimentID)")),
            ("model_id", .string(model.id)),
            ("name", .string(model.name)),
            ("artifact_location", .string(model.artifactLocation)),
            ("creation_timestamp", .integer(model.creationTime)),
            ("last_updated_timestamp", .integer(model.lastUpdateTime)),
            ("model_type", .optional(model.modelType)),
            ("source_run_id", .optional(model.sourceRunID)),
            ("status", .string(model.status.replacingOccurrences(of: statusPrefix, with: ""))),
            ("lifecycle_stage", .string(model.lifecycleStage)),
            ("tags", map(model.tags)),
            ("params", map(model.params)),
            ("metrics", .array(metrics))
        )
    }

    static func loggedModel(_ content: OrderedJSON, _ file: String) throws -> ImportedLoggedModel {
        guard let id = content["model_id"]?.stringValue, let experiment = content["experiment_id"]?.integerValue else {
            throw unreadable(file)
        }
        let status = content["status"]?.stringValue ?? "STATUS_UNSPECIFIED"
        return ImportedLoggedModel(
            id: id,
            experimentID: experiment,
            name: content.text("name"),
            artifactLocation: content.text("artifact_location"),
            creationTime: content.number("creation_timestamp"),
            lastUpdateTime: content.number("last_updated_timestamp"),
            status: status.hasPrefix(statusPrefix) ? status : statusPrefix + status,
            lifecycleStage: content["lifecycle_stage"]?.stringValue ?? "active",
            modelType: content["model_type"]?.stringValue,
            sourceRunID: content["source_run_id"]?.stringValue,
            tags: content.pairs("tags"),
            params: content.pairs("params"),
            metrics: (content["metrics"]?.elements ?? []).map { metric in
                ImportedMeasure(
                    key: metric.text("key"),
                    value: metric["value"].flatMap(Self.value),
                    timestamp: metric.number("timestamp"),
                    step: metric.number("step"),
                    runID: metric.text("run_id"),
                    datasetName: metric["dataset_name"]?.stringValue,
                    datasetDigest: metric["dataset_digest"]?.stringValue
                )
            }
        )
    }

    private static let statusPrefix = "LOGGED_MODEL_"

    /// A value as both servers store it: nil for NaN, the largest doubles for the infinities.
    private static func value(_ json: OrderedJSON) -> Double? {
        guard let number = json.numberValue, !number.isNaN else { return nil }
        if number.isFinite { return number }
        return number > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
    }

    static func map(_ pairs: [ImportedPair]) -> OrderedJSON {
        .object(pairs.map { .init($0.key, .string($0.value)) })
    }
}

extension OrderedJSON {
    /// A text; empty when it is not there.
    fileprivate func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    /// A whole number; 0 when it is not there.
    fileprivate func number(_ key: String) -> Int64 { self[key]?.integerValue ?? 0 }

    /// Pairs written as an object, or as a list of `{"key", "value"}`.
    func pairs(_ key: String) -> [ImportedPair] {
        if let members = self[key]?.members {
            return members.map { ImportedPair($0.key, $0.value.stringValue ?? $0.value.written) }
        }
        return (self[key]?.elements ?? []).map { ImportedPair($0.text("key"), $0.text("value")) }
    }
}
