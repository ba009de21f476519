import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's prompt laboratory: one prompt and its answer kept as a run, with the table that its page shows and a model
/// that asks the same again.
package struct PromptlabController: Sendable {
    private let runs: RunStore
    private let site: ArtifactSite
    private let time: TimeSource

    /// Makes the controller of some stores.
    package init(runs: RunStore, site: ArtifactSite, time: TimeSource = .system) {
        self.runs = runs
        self.site = site
        self.time = time
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.mlflow(.post, "mlflow/runs/create-promptlab-run", .trackingWrite, create)
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(PromptlabBody.self)
        let experiment = try Self.required(body.experimentID, "experiment_id")
        let template = try Self.required(body.promptTemplate, "prompt_template")
        guard let parameters = body.promptParameters, !parameters.isEmpty else {
            throw Self.missing("prompt_parameters")
        }
        let route = try Self.required(body.modelRoute, "model_route")
        let input = try Self.required(body.modelInput, "model_input")
        _ = try Self.required(body.mlflowVersion, "mlflow_version")
        let run = try await runs.create(
            RunStore.NewRun(
                experimentID: ExperimentStore.number(experiment),
                userID: body.userID ?? "unknown",
                name: body.runName,
                startTime: body.startTime?.value,
                tags: (body.tags ?? []).map { KeyValue($0.key ?? "", $0.value ?? "") }
            ),
            actor: call.actor
        )
        try await runs.log(
            metrics: [],
            params: try Self.pairs(body.modelParameters) + [
                KeyValue("model_route", route), KeyValue("prompt_template", template),
            ],
            tags: [
                KeyValue("mlflow.loggedArtifacts", #"[{"path": "eval_results_table.json", "type": "table"}]"#),
                KeyValue("mlflow.runSourceType", "PROMPT_ENGINEERING"),
            ],
            run: run.info.id
        )
        let status: RunStatus
        do {
            let columns =
                try Self.pairs(parameters) + [KeyValue("prompt", input), KeyValue("output", body.modelOutput ?? "")]
            let table = try Self.table(columns + Self.pairs(body.modelOutputParameters))
            let location = run.info.artifactURI
            try await site.keep(table, at: location, "eval_results_table.json")
            let asked: JSONValue = [
                "prompt_template": .string(template), "prompt_parameters": try Self.object(parameters),
                "model_parameters": try Self.object(body.modelParameters ?? []), "model_route": .string(route),
            ]
            try await site.keep(CanonicalJSON.encode(asked), at: location, "model/parameters.yaml")
            try await site.keep(CanonicalJSON.encode(Self.model(run)), at: location, "model/MLmodel")
            status = .finished
        } catch {
            status = .failed
        }
        _ = try await runs.update(
            run.info.id,
            status: status,
            endTime: time.now().milliseconds,
            name: nil,
            actor: call.actor
        )
        let now = try await runs.get(run.info.id)
        return .mlflow { writer in writer.object("run") { $0.members(of: now) } }
    }

    /// MLflow's table: the columns' names, and one row.
    private static func table(_ columns: [KeyValue]) throws -> Data {
        let value: JSONValue = [
            "columns": .array(columns.map { .string($0.key) }), "data": [.array(columns.map { .string($0.value) })],
        ]
        return try CanonicalJSON.encode(value)
    }

    /// A description that `mlflow.pyfunc.load_model` reads; JSON is YAML too.
    private static func model(_ run: Run) -> JSONValue {
        [
            "artifact_path": "model", "run_id": .string(run.info.id),
            "flavors": [
                "python_function": [
                    "loader_module": "mlflow.prompt.promptlab_model", "parameters_path": "parameters.yaml",
                ]
            ],
        ]
    }

    private static func required(_ value: String?, _ name: String) throws -> String {
        guard let value, !value.isEmpty else { throw missing(name) }
        return value
    }

    private static func missing(_ name: String) -> PlatformError {
        PlatformError.mlflowInvalid("CreatePromptlabRun request must specify \(name).")
    }

    private static func pairs(_ parameters: [PromptlabBody.Parameter]?) throws -> [KeyValue] {
        try (parameters ?? []).map { KeyValue($0.key, try text($0.value)) }
    }

    private static func object(_ parameters: [PromptlabBody.Parameter]) throws -> JSONValue {
        .object(
            Dictionary(
                try parameters.map { ($0.key, .string(try text($0.value))) },
                uniquingKeysWith: { _, last in last }
            )
        )
    }

    private static func text(_ value: JSONValue) throws -> String {
        try value.stringValue ?? CanonicalJSON.text(value)
    }
}
