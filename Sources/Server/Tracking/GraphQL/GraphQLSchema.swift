/// The types that MLflow's GraphQL replies with: for each, its fields and their types. A type in brackets is a list.
enum GraphQLSchema {
    /// The fields of every object type.
    static let types: [String: [String: String]] = [
        "Query": roots, "Mutation": roots,
        "Test": ["output": "String"],
        "ApiError": ["code": "String", "message": "String", "helpUrl": "String"],
        "MlflowGetExperimentResponse": ["experiment": "MlflowExperiment", "apiError": "ApiError"],
        "MlflowGetRunResponse": ["run": "MlflowRun", "apiError": "ApiError"],
        "MlflowSearchRunsResponse": ["runs": "[MlflowRun]", "nextPageToken": "String", "apiError": "ApiError"],
        "MlflowListArtifactsResponse": [
            "rootUri": "String", "files": "[MlflowFileInfo]", "nextPageToken": "String", "apiError": "ApiError",
        ],
        "MlflowGetMetricHistoryBulkIntervalResponse": ["metrics": "[MlflowMetric]", "apiError": "ApiError"],
        "MlflowSearchDatasetsResponse": ["datasetSummaries": "[MlflowDatasetSummary]", "apiError": "ApiError"],
        "MlflowSearchModelVersionsResponse": [
            "modelVersions": "[MlflowModelVersion]", "nextPageToken": "String", "apiError": "ApiError",
        ],
        "MlflowExperiment": [
            "experimentId": "String", "name": "String", "artifactLocation": "String", "lifecycleStage": "String",
            "lastUpdateTime": "Long", "creationTime": "Long", "tags": "[Pair]",
            "effectiveTraceArchivalRetention": "String", "workspace": "String",
        ],
        "MlflowRun": [
            "info": "MlflowRunInfo", "data": "MlflowRunData", "inputs": "MlflowRunInputs",
            "outputs": "MlflowRunOutputs",
            "experiment": "MlflowExperiment", "modelVersions": "[MlflowModelVersion]",
        ],
        "MlflowRunInfo": [
            "runId": "String", "runUuid": "String", "runName": "String", "experimentId": "String", "userId": "String",
            "status": "String", "startTime": "Long", "endTime": "Long", "artifactUri": "String",
            "lifecycleStage": "String",
        ],
        "MlflowRunData": ["metrics": "[MlflowMetric]", "params": "[Pair]", "tags": "[Pair]"],
        "MlflowMetric": [
            "key": "String", "value": "Float", "timestamp": "Long", "step": "Long", "datasetName": "String",
            "datasetDigest": "String", "modelId": "String", "runId": "String",
        ],
        "MlflowRunInputs": ["datasetInputs": "[MlflowDatasetInput]", "modelInputs": "[MlflowModelLink]"],
        "MlflowRunOutputs": ["modelOutputs": "[MlflowModelLink]"],
        "MlflowModelLink": ["modelId": "String", "step": "Long"],
        "MlflowDatasetInput": ["tags": "[Pair]", "dataset": "MlflowDataset"],
        "MlflowDataset": [
            "name": "String", "digest": "String", "sourceType": "String", "source": "String", "schema": "String",
            "profile": "String",
        ],
        "MlflowDatasetSummary": ["experimentId": "String", "name": "String", "digest": "String", "context": "String"],
        "MlflowFileInfo": ["path": "String", "isDir": "Boolean", "fileSize": "Long"],
        "MlflowModelVersion": [
            "name": "String", "version": "String", "creationTimestamp": "Long", "lastUpdatedTimestamp": "Long",
            "userId": "String", "currentStage": "String", "description": "String", "source": "String",
            "runId": "String", "status": "String", "statusMessage": "String", "tags": "[Pair]", "runLink": "String",
            "aliases": "[String]", "modelId": "String", "modelParams": "[ModelParam]",
            "modelMetrics": "[MlflowMetric]", "deploymentJobState": "DeploymentJobState",
        ],
        "ModelParam": ["name": "String", "value": "String"],
        "DeploymentJobState": [
            "jobId": "String", "runId": "String", "jobState": "String", "runState": "String",
            "currentTaskName": "String",
        ],
        "Pair": ["key": "String", "value": "String"],
    ]

    /// What can be asked for; MLflow declares some under queries and some under mutations, and its clients use both.
    private static let roots = [
        "test": "Test", "testMutation": "Test", "mlflowGetExperiment": "MlflowGetExperimentResponse",
        "mlflowGetRun": "MlflowGetRunResponse", "mlflowSearchRuns": "MlflowSearchRunsResponse",
        "mlflowListArtifacts": "MlflowListArtifactsResponse",
        "mlflowGetMetricHistoryBulkInterval": "MlflowGetMetricHistoryBulkIntervalResponse",
        "mlflowSearchDatasets": "MlflowSearchDatasetsResponse",
        "mlflowSearchModelVersions": "MlflowSearchModelVersionsResponse",
    ]

    /// `runId` is `run_id` in the JSON of the REST calls.
    static func member(_ field: String) -> String {
        var out = ""
        for character in field {
            if character.isUppercase { out += "_" }
            out += character.lowercased()
        }
        return out
    }
}
