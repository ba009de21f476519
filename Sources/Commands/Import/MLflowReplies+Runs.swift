import Primitives
import WireAPI

extension MLflowReplies {
    struct Runs: Decodable, Sendable {
        let runs: [Run]?
        let nextPageToken: String?
    }

    struct OneRun: Decodable, Sendable {
        let run: Run
    }

    struct Run: Decodable, Sendable {
        struct Info: Decodable, Sendable {
            let runId: String
            let experimentId: String
            let runName: String?
            let userId: String?
            let status: String?
            let startTime: MLflowInteger?
            let endTime: MLflowInteger?
            let artifactUri: String?
            let lifecycleStage: String?
        }

        struct Data: Decodable, Sendable {
            let metrics: [Metric]?
            let params: [Pair]?
            let tags: [Pair]?
        }

        struct Inputs: Decodable, Sendable {
            let datasetInputs: [DatasetInput]?
            let modelInputs: [ModelLink]?
        }

        struct Outputs: Decodable, Sendable {
            let modelOutputs: [ModelLink]?
        }

        struct ModelLink: Decodable, Sendable {
            let modelId: String
            let step: MLflowInteger?
        }

        struct DatasetInput: Decodable, Sendable {
            struct Dataset: Decodable, Sendable {
                let name: String
                let digest: String
                let sourceType: String?
                let source: String?
                let schema: String?
                let profile: String?
            }

            let tags: [Pair]?
            let dataset: Dataset
        }

        let info: Info
        let data: Data?
        let inputs: Inputs?
        let outputs: Outputs?

        func record(_ places: ArtifactPlaces) throws -> SourceRun {
            let record = ImportedRun(
                id: info.runId,
                experimentID: try number(info.experimentId),
                name: info.runName ?? "",
                userID: info.userId ?? "",
                status: info.status ?? "RUNNING",
                startTime: info.startTime?.value ?? 0,
                endTime: info.endTime?.value,
                artifactURI: places.here(info.artifactUri ?? ""),
                lifecycleStage: info.lifecycleStage ?? "active",
                params: (data?.params ?? []).map(\.pair),
                tags: (data?.tags ?? []).map(\.pair),
                datasets: (inputs?.datasetInputs ?? []).map { input in
                    ImportedDatasetInput(
                        name: input.dataset.name,
                        digest: input.dataset.digest,
                        sourceType: input.dataset.sourceType ?? "",
                        source: input.dataset.source ?? "",
                        schema: input.dataset.schema,
                        profile: input.dataset.profile,
                        tags: (input.tags ?? []).map(\.pair)
                    )
                },
                modelInputs: (inputs?.modelInputs ?? []).map { ImportedModelLink(modelID: $0.modelId, step: 0) },
                modelOutputs: (outputs?.modelOutputs ?? []).map {
                    ImportedModelLink(modelID: $0.modelId, step: $0.step?.value ?? 0)
                }
            )
            return SourceRun(record: record, metricKeys: (data?.metrics ?? []).map(\.key))
        }
    }
}
