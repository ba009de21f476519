import Foundation
import Hummingbird
import Primitives
import Registry
import Security
import Tracking
import WireAPI

/// MLflow's GraphQL route: the reads that its client and web interface send.
package struct GraphQLController: Sendable {
    private let experiments: ExperimentStore
    private let runs: RunStore
    private let registry: RegistryStore
    private let site: ArtifactSite

    /// Makes the controller of the stores.
    package init(experiments: ExperimentStore, runs: RunStore, registry: RegistryStore, site: ArtifactSite) {
        self.experiments = experiments
        self.runs = runs
        self.registry = registry
        self.site = site
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.raw(.post, "/graphql", permission: .trackingRead, errors: .mlflow) { call in
            let call = MLflowCall(call: call)
            return try await answer(call.body(MLflowBodies.GraphQL.self), call)
        }
        routes.raw(.get, "/graphql", permission: .trackingRead, errors: .mlflow) { call in
            let call = MLflowCall(call: call)
            let variables = try call.query("variables").flatMap { text in
                try CanonicalJSON.decode(JSONValue.self, from: Data(text.utf8), what: "variables").objectValue
            }
            let query = MLflowBodies.GraphQL(
                query: call.query("query"),
                variables: variables,
                operationName: call.query("operationName")
            )
            return try await answer(query, call)
        }
    }

    private func answer(_ body: MLflowBodies.GraphQL, _ call: MLflowCall) async throws -> Response {
        let document = try GraphQLParser.parse(MLflowCall.require(body.query, "query"))
        if let refusal = GraphQLBounds.refusal(of: document) { return try Self.reply(.null, [refusal]) }
        let operation = try document.operation(body.operationName)
        let defaults = operation.defaults.mapValues { $0.value([:]) }
        let mayReadModels = call.call.principal.permissions.contains(.modelsRead)
        let executor = GraphQLExecutor(
            resolve: { type, field, parent, arguments in
                try await resolve(type, field, parent, arguments, mayReadModels)
            },
            document: document,
            variables: defaults.merging(body.variables ?? [:]) { _, given in given }
        )
        let (data, errors) = await executor.run(operation)
        return try Self.reply(data, errors)
    }

    private static func reply(_ data: JSONValue, _ errors: [String]) throws -> Response {
        let errors = errors.isEmpty ? JSONValue.null : .array(errors.map(JSONValue.string))
        return try Response.json(["data": data, "errors": errors])
    }

    private func resolve(
        _ type: String,
        _ field: String,
        _ parent: JSONValue,
        _ arguments: [String: JSONValue],
        _ mayReadModels: Bool
    ) async throws -> JSONValue? {
        switch (type, field) {
        case ("MlflowRun", "experiment"):
            guard let id = parent["info"]?["experiment_id"]?.stringValue else { return nil }
            return try await experiment(id)["experiment"]
        case ("MlflowRun", "modelVersions"):
            guard let id = parent["info"]?["run_id"]?.stringValue else { return nil }
            return try await versions(filter: "run_id='\(id)'", mayReadModels)["model_versions"]
        case ("Query", _), ("Mutation", _):
            if field == "test" || field == "testMutation" {
                return ["output": arguments["inputString"] ?? .null]
            }
            return try await root(field, GraphQLArguments(arguments["input"] ?? .null), mayReadModels)
        default: return nil
        }
    }

    private func root(_ field: String, _ input: GraphQLArguments, _ mayReadModels: Bool) async throws -> JSONValue? {
        switch field {
        case "mlflowGetExperiment": return try await experiment(input.text("experimentId") ?? "")
        case "mlflowGetRun":
            let run = try await runs.get(RunController.run(input.text("runId"), input.text("runUuid")))
            return try Self.tree { writer in writer.object("run") { $0.members(of: run) } }
        case "mlflowSearchRuns":
            let query = RunStore.Query(
                experiments: try input.texts("experimentIds").map(ExperimentStore.number),
                filter: input.text("filter"),
                view: input.text("runViewType").flatMap(ViewType.init(rawValue:)) ?? .activeOnly,
                maximum: Int(clamping: input.integer("maxResults") ?? 1000),
                order: input.texts("orderBy"),
                token: input.text("pageToken")
            )
            let page = try await runs.search(query)
            return try Self.tree { writer in
                writer.array("runs", page.elements) { writer, run in writer.object { $0.members(of: run) } }
                writer.member("next_page_token", page.nextToken)
            }
        case "mlflowListArtifacts":
            let folder = try ArtifactPath.check(input.text("path") ?? "")
            let run = try await runs.info(RunController.run(input.text("runId"), input.text("runUuid")))
            let entries = try await site.list(run.artifactURI, folder)
            return try Self.tree { writer in
                writer.member("root_uri", run.artifactURI)
                writer.array("files", entries) { $0.entry($1, in: folder) }
            }
        case "mlflowGetMetricHistoryBulkInterval":
            let found = try await RunController(runs: runs).interval(
                HistoryInterval(
                    runs: input.texts("runIds"),
                    key: input.text("metricKey"),
                    maximum: input.integer("maxResults"),
                    start: input.integer("startStep"),
                    end: input.integer("endStep")
                )
            )
            return try Self.tree { $0.points(found) }
        case "mlflowSearchDatasets":
            let found = try await DatasetSummaryController.search(runs, input.texts("experimentIds"))
            return try Self.tree { writer in writer.array("dataset_summaries", found) { $0.summary($1) } }
        case "mlflowSearchModelVersions":
            return try await versions(
                filter: input.text("filter"),
                mayReadModels,
                order: input.texts("orderBy"),
                maximum: Int(clamping: input.integer("maxResults") ?? 200_000),
                token: input.text("pageToken")
            )
        default: return nil
        }
    }

    private func experiment(_ id: String) async throws -> JSONValue {
        let found = try await experiments.get(ExperimentStore.number(id.isEmpty ? "0" : id))
        return try Self.tree { writer in writer.object("experiment") { $0.members(of: found) } }
    }

    private func versions(
        filter: String?,
        _ mayReadModels: Bool,
        order: [String] = [],
        maximum: Int = 10_000,
        token: String? = nil
    ) async throws -> JSONValue {
        guard mayReadModels else {
            throw PlatformError(
                ErrorCode("PERMISSION_DENIED", .permissionDenied),
                "Reading model versions needs the permission '\(Permission.modelsRead.rawValue)'."
            )
        }
        let page = try await registry.searchVersions(filter: filter, order: order, maximum: maximum, token: token)
        return try Self.tree { writer in
            writer.array("model_versions", page.elements) { writer, one in writer.object { $0.members(of: one) } }
            writer.member("next_page_token", page.nextToken)
        }
    }

    /// The JSON of a REST reply as a tree.
    private static func tree(_ body: (inout JSONWriter) -> Void) throws -> JSONValue {
        var writer = JSONWriter()
        writer.object(body)
        return try CanonicalJSON.decode(JSONValue.self, from: Data(writer.bytes), what: "reply")
    }
}

/// The members of an `input` argument.
private struct GraphQLArguments {
    private let members: [String: JSONValue]

    init(_ value: JSONValue) {
        members = value.objectValue ?? [:]
    }

    func text(_ name: String) -> String? {
        switch members[name] {
        case .string(let text)?: text
        case .integer(let number)?: String(number)
        default: nil
        }
    }

    func texts(_ name: String) -> [String] {
        (members[name]?.arrayValue ?? []).compactMap { value in
            value.stringValue ?? value.integerValue.map { String($0) }
        }
    }

    func integer(_ name: String) -> Int64? {
        members[name]?.integerValue ?? members[name]?.stringValue.flatMap(Int64.init)
    }
}
