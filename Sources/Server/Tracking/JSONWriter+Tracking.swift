import Primitives
import Tracking
import WireAPI

/// MLflow's JSON of tracking's values (`service.proto`, numbers as numbers).
extension JSONWriter {
    mutating func pair(_ pair: KeyValue) {
        object {
            $0.member("key", pair.key)
            $0.member("value", pair.value)
        }
    }

    mutating func members(of point: MetricPoint, run: String? = nil) {
        member("key", point.key)
        member("value", point.value)
        member("timestamp", point.timestamp)
        member("step", point.step)
        member("dataset_name", point.datasetName)
        member("dataset_digest", point.datasetDigest)
        member("model_id", point.modelID)
        member("run_id", run)
    }

    mutating func members(of experiment: Experiment) {
        member("experiment_id", String(experiment.id))
        member("name", experiment.name)
        member("artifact_location", experiment.artifactLocation)
        member("lifecycle_stage", experiment.stage.rawValue)
        member("last_update_time", experiment.lastUpdateTime.milliseconds)
        member("creation_time", experiment.creationTime.milliseconds)
        if !experiment.tags.isEmpty { array("tags", experiment.tags) { $0.pair($1) } }
    }

    mutating func members(of info: RunInfo) {
        member("run_uuid", info.id)
        member("run_id", info.id)
        member("experiment_id", String(info.experimentID))
        member("run_name", info.name)
        member("user_id", info.userID)
        member("status", info.status.rawValue)
        member("start_time", info.startTime.milliseconds)
        member("end_time", info.endTime?.milliseconds)
        member("artifact_uri", info.artifactURI)
        member("lifecycle_stage", info.stage.rawValue)
    }

    mutating func members(of run: Run) {
        object("info") { $0.members(of: run.info) }
        object("data") { data in
            if !run.metrics.isEmpty {
                data.array("metrics", run.metrics) { writer, point in writer.object { $0.members(of: point) } }
            }
            if !run.params.isEmpty { data.array("params", run.params) { $0.pair($1) } }
            if !run.tags.isEmpty { data.array("tags", run.tags) { $0.pair($1) } }
        }
        object("inputs") { inputs in
            if !run.datasets.isEmpty { inputs.array("dataset_inputs", run.datasets) { $0.input($1) } }
            if !run.modelInputs.isEmpty {
                inputs.array("model_inputs", run.modelInputs) { writer, link in
                    writer.object { $0.member("model_id", link.modelID) }
                }
            }
        }
        object("outputs") { outputs in
            guard !run.modelOutputs.isEmpty else { return }
            outputs.array("model_outputs", run.modelOutputs) { writer, link in
                writer.object {
                    $0.member("model_id", link.modelID)
                    $0.member("step", link.step)
                }
            }
        }
    }

    private mutating func input(_ input: DatasetInput) {
        object { writer in
            if !input.tags.isEmpty { writer.array("tags", input.tags) { $0.pair($1) } }
            writer.object("dataset") {
                $0.member("name", input.dataset.name)
                $0.member("digest", input.dataset.digest)
                $0.member("source_type", input.dataset.sourceType)
                $0.member("source", input.dataset.source)
                $0.member("schema", input.dataset.schema)
                $0.member("profile", input.dataset.profile)
            }
        }
    }

    mutating func members(of model: LoggedModel) {
        object("info") { info in
            info.member("model_id", model.id)
            info.member("experiment_id", String(model.experimentID))
            info.member("name", model.name)
            info.member("creation_timestamp_ms", model.creationTime.milliseconds)
            info.member("last_updated_timestamp_ms", model.lastUpdateTime.milliseconds)
            info.member("artifact_uri", model.artifactLocation)
            info.member("status", model.status.rawValue)
            info.member("model_type", model.modelType)
            info.member("source_run_id", model.sourceRunID)
            if !model.tags.isEmpty { info.array("tags", model.tags) { $0.pair($1) } }
        }
        object("data") { data in
            if !model.params.isEmpty { data.array("params", model.params) { $0.pair($1) } }
            if !model.metrics.isEmpty {
                data.array("metrics", model.metrics) { writer, measure in
                    writer.object { $0.members(of: measure.point, run: measure.runID) }
                }
            }
        }
    }
}
