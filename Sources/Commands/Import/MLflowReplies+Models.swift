import Primitives
import WireAPI

extension MLflowReplies {
    struct LoggedModels: Decodable, Sendable {
        let models: [LoggedModel]?
        let nextPageToken: String?
    }

    struct LoggedModel: Decodable, Sendable {
        struct Info: Decodable, Sendable {
            let modelId: String
            let experimentId: String
            let name: String
            let artifactUri: String?
            let creationTimestampMs: MLflowInteger?
            let lastUpdatedTimestampMs: MLflowInteger?
            let status: String?
            let modelType: String?
            let sourceRunId: String?
            let tags: [Pair]?
        }

        struct Data: Decodable, Sendable {
            let params: [Pair]?
            let metrics: [Metric]?
        }

        let info: Info
        let data: Data?

        func record(_ places: ArtifactPlaces) throws -> ImportedLoggedModel {
            ImportedLoggedModel(
                id: info.modelId,
                experimentID: try number(info.experimentId),
                name: info.name,
                artifactLocation: places.here(info.artifactUri ?? ""),
                creationTime: info.creationTimestampMs?.value ?? 0,
                lastUpdateTime: info.lastUpdatedTimestampMs?.value ?? 0,
                status: info.status ?? "LOGGED_MODEL_STATUS_UNSPECIFIED",
                lifecycleStage: "active",
                modelType: info.modelType,
                sourceRunID: info.sourceRunId,
                tags: (info.tags ?? []).map(\.pair),
                params: (data?.params ?? []).map(\.pair),
                metrics: (data?.metrics ?? []).map { metric in
                    ImportedMeasure(
                        key: metric.key,
                        value: metric.stored,
                        timestamp: metric.timestamp?.value ?? 0,
                        step: metric.step?.value ?? 0,
                        runID: metric.runId ?? "",
                        datasetName: metric.datasetName,
                        datasetDigest: metric.datasetDigest
                    )
                }
            )
        }
    }

    struct RegisteredModels: Decodable, Sendable {
        let registeredModels: [RegisteredModel]?
        let nextPageToken: String?
    }

    struct RegisteredModel: Decodable, Sendable {
        struct Alias: Decodable, Sendable {
            let alias: String
            let version: MLflowInteger
        }

        let name: String
        let description: String?
        let creationTimestamp: MLflowInteger?
        let lastUpdatedTimestamp: MLflowInteger?
        let tags: [Pair]?
        let aliases: [Alias]?

        func record(versions: [ImportedModelVersion]) -> ImportedRegisteredModel {
            ImportedRegisteredModel(
                name: name,
                description: description,
                creationTime: creationTimestamp?.value ?? 0,
                lastUpdateTime: lastUpdatedTimestamp?.value ?? 0,
                tags: (tags ?? []).map(\.pair),
                aliases: (aliases ?? []).map { ImportedPair($0.alias, "\($0.version.value)") },
                versions: versions
            )
        }
    }

    struct Versions: Decodable, Sendable {
        let modelVersions: [Version]?
        let nextPageToken: String?
    }

    struct Version: Decodable, Sendable {
        let version: MLflowInteger
        let description: String?
        let source: String?
        let runId: String?
        let runLink: String?
        let modelId: String?
        let currentStage: String?
        let creationTimestamp: MLflowInteger?
        let lastUpdatedTimestamp: MLflowInteger?
        let userId: String?
        let tags: [Pair]?

        func record(_ places: ArtifactPlaces, storage: String?) -> ImportedModelVersion {
            let source = places.here(source ?? "")
            return ImportedModelVersion(
                version: version.value,
                description: description,
                source: source,
                storageLocation: storage.map(places.here) ?? source,
                runID: runId,
                runLink: runLink,
                modelID: modelId,
                stage: currentStage ?? "None",
                creationTime: creationTimestamp?.value ?? 0,
                lastUpdateTime: lastUpdatedTimestamp?.value ?? 0,
                createdBy: userId ?? "",
                tags: (tags ?? []).map(\.pair)
            )
        }
    }

    struct DownloadPlace: Decodable, Sendable {
        let artifactUri: String?
    }
}
