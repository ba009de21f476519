import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about runs: their life, search and inputs. What they log is in `RunController+Log`.
package struct RunController: Sendable {
    let runs: RunStore

    /// Makes the controller of a store.
    package init(runs: RunStore) {
        self.runs = runs
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/runs"
        routes.mlflow(.post, "\(base)/create", .trackingWrite, create)
        routes.mlflow(.get, "\(base)/get", .trackingRead) { call in
            Self.reply(try await runs.get(Self.run(call.query("run_id"), call.query("run_uuid"))))
        }
        routes.mlflow(.post, "\(base)/update", .trackingWrite, update)
        routes.mlflow(.post, "\(base)/delete", .trackingWrite) { try await move($0, .deleted) }
        routes.mlflow(.post, "\(base)/restore", .trackingWrite) { try await move($0, .active) }
        routes.mlflow(.post, "\(base)/search", .trackingRead, search)
        addLogRoutes(to: routes, base)
        addInputRoutes(to: routes, base)
        addHistoryRoutes(to: routes)
    }

    /// The run that a request names: `run_id`, or `run_uuid` of old clients.
    static func run(_ id: String?, _ uuid: String? = nil) throws -> String {
        if let id, !id.isEmpty { return id }
        return try MLflowCall.require(uuid, "run_id")
    }

    private func create(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowBodies.CreateRun.self)
        let run = try await runs.create(
            RunStore.NewRun(
                experimentID: ExperimentStore.number(body.experimentID.flatMap { $0.isEmpty ? nil : $0 } ?? "0"),
                userID: body.userID ?? "",
                name: body.runName,
                startTime: body.startTime?.value,
                tags: (body.tags ?? []).map { KeyValue($0.key ?? "", $0.value ?? "") }
            ),
            actor: call.actor
        )
        return Self.reply(run)
    }

    private func update(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowBodies.RunChange.self)
        let status = try body.status.map { word in
            guard let status = RunStatus(rawValue: word) else {
                throw MLflowName.invalid(
                    "status",
                    word,
                    "Known: \(RunStatus.allCases.map(\.rawValue).joined(separator: ", "))."
                )
            }
            return status
        }
        let info = try await runs.update(
            Self.run(body.runID, body.runUUID),
            status: status,
            endTime: body.endTime?.value,
            name: body.runName,
            actor: call.actor
        )
        return .mlflow { writer in writer.object("run_info") { $0.members(of: info) } }
    }

    private func move(_ call: MLflowCall, _ stage: LifecycleStage) async throws -> Response {
        let body = try await call.body(MLflowBodies.RunChange.self)
        try await runs.move(Self.run(body.runID, body.runUUID), to: stage, actor: call.actor)
        return .mlflowEmpty
    }

    private func search(_ call: MLflowCall) async throws -> Response {
        let body = try await call.body(MLflowBodies.Search.self)
        let page = try await runs.search(
            RunStore.Query(
                experiments: try (body.experimentIDs ?? []).map(ExperimentStore.number),
                filter: body.filter,
                view: body.runViewType.flatMap(ViewType.init(rawValue:)) ?? .activeOnly,
                maximum: Int(clamping: body.maxResults?.value ?? 1000),
                order: body.orderBy ?? [],
                token: body.pageToken
            )
        )
        return .mlflow { writer in
            if !page.elements.isEmpty {
                writer.array("runs", page.elements) { writer, run in writer.object { $0.members(of: run) } }
            }
            writer.member("next_page_token", page.nextToken)
        }
    }

    private static func reply(_ run: Run) -> Response {
        .mlflow { writer in writer.object("run") { $0.members(of: run) } }
    }
}
