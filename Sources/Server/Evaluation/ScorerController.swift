import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about scorers and their online configuration.
package struct ScorerController: Sendable {
    private let scorers: ScorerStore

    /// Makes the controller of a store.
    package init(scorers: ScorerStore) {
        self.scorers = scorers
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.evaluation(.post, "scorers/register", .trackingWrite, register)
        routes.evaluation(.get, "scorers/list", .trackingRead, list)
        routes.evaluation(.get, "scorers/versions", .trackingRead) { _, members in
            Self.reply(
                try await scorers.versions(of: members.required("name"), experiment: members.experiment())
            )
        }
        routes.evaluation(.get, "scorers/get", .trackingRead) { _, members in
            let scorer = try await scorers.get(
                members.required("name"),
                experiment: members.experiment(),
                version: members.integer("version")
            )
            return .mlflow { writer in writer.object("scorer") { $0.members(of: scorer) } }
        }
        routes.evaluation(.delete, "scorers/delete", .trackingWrite) { call, members in
            try await scorers.delete(
                members.required("name"),
                experiment: members.experiment(),
                version: members.integer("version"),
                actor: call.actor
            )
            return .mlflowEmpty
        }
        addOnlineRoutes(to: routes)
    }

    private func addOnlineRoutes(to routes: RouteTable) {
        routes.evaluation(.get, "scorers/online-configs", .trackingRead) { _, members in
            let ids = try members.texts("scorer_ids")
            if ids.isEmpty { throw MLflowName.missing("scorer_ids") }
            let configs = try await scorers.onlineConfigs(of: ids)
            return .mlflow { writer in
                writer.array("configs", configs) { writer, config in writer.object { $0.members(of: config) } }
            }
        }
        routes.evaluation(.put, "scorers/online-config", .trackingWrite) { call, members in
            guard let rate = try members.real("sample_rate") else { throw MLflowName.missing("sample_rate") }
            let config = try await scorers.setOnline(
                members.required("name"),
                experiment: members.experiment(),
                sampleRate: rate,
                filter: members.text("filter_string"),
                actor: call.actor
            )
            return .mlflow { writer in writer.object("config") { $0.members(of: config) } }
        }
    }

    private func register(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let scorer = try await scorers.register(
            members.required("name"),
            experiment: members.experiment(),
            serialized: members.required("serialized_scorer"),
            actor: call.actor
        )
        return .mlflow { writer in
            writer.member("version", scorer.version)
            writer.member("scorer_id", scorer.scorerID)
            writer.member("experiment_id", String(scorer.experimentID))
            writer.member("name", scorer.name)
            writer.member("serialized_scorer", scorer.serialized)
            writer.member("creation_time", scorer.creationTime.milliseconds)
        }
    }

    private func list(_ call: MLflowCall, _ members: RequestMembers) async throws -> Response {
        let one = try members.words("experiment_id")
        let severalGiven = members.has("experiment_ids")
        if one != nil, severalGiven {
            throw PlatformError.mlflowInvalid(
                "Cannot specify both 'experiment_id' and 'experiment_ids'. Use 'experiment_ids' to scope the query to "
                    + "multiple experiments, or 'experiment_id' to scope it to a single experiment."
            )
        }
        if let one { return Self.reply(try await scorers.list(experiment: ExperimentStore.number(one))) }
        return Self.reply(try await scorers.list(experiments: severalGiven ? members.experiments() : nil))
    }

    private static func reply(_ scorers: [ScorerVersion]) -> Response {
        .mlflow { writer in
            if !scorers.isEmpty {
                writer.array("scorers", scorers) { writer, one in writer.object { $0.members(of: one) } }
            }
        }
    }
}

extension JSONWriter {
    /// The members of a scorer (`service.proto`), whose experiment is a number there.
    mutating func members(of scorer: ScorerVersion) {
        member("experiment_id", scorer.experimentID)
        member("scorer_name", scorer.name)
        member("scorer_version", scorer.version)
        member("serialized_scorer", scorer.serialized)
        member("creation_time", scorer.creationTime.milliseconds)
        member("scorer_id", scorer.scorerID)
    }

    fileprivate mutating func members(of config: OnlineScoringConfig) {
        member("online_scoring_config_id", config.id)
        member("scorer_id", config.scorerID)
        member("sample_rate", config.sampleRate)
        member("experiment_id", String(config.experimentID))
        member("filter_string", config.filter)
    }
}
