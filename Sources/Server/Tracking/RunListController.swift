import Primitives
import Tracking
import WireAPI

/// Aku's own routes about tracking runs.
package struct RunListController: Sendable {
    private let experiments: ExperimentStore
    private let runs: RunStore

    /// Points of one metric in a reply.
    private static let pointsPerMetric = 200
    /// Metrics whose history is in a reply.
    private static let metricsPerRun = 100

    /// Makes the controller of the stores.
    package init(experiments: ExperimentStore, runs: RunStore) {
        self.experiments = experiments
        self.runs = runs
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(RunsAPI.list) { call in
            let known = try await names()
            let wanted = try await experiment(call.query("experiment"))
            let page = try await runs.search(
                RunStore.Query(
                    experiments: wanted.map { [$0] } ?? known.keys.sorted(),
                    filter: call.query("filter"),
                    maximum: call.integer("limit", default: 50, in: 1...1000),
                    order: call.query("order").map { [$0] } ?? []
                )
            )
            return RunListBody(runs: page.elements.map { RunBody($0, experiment: known[$0.info.experimentID] ?? "") })
        }
        routes.on(RunsAPI.show) { call in
            let run = try await runs.get(call.parameter("id"))
            let experiment = try await experiments.get(run.info.experimentID)
            var history: [String: [RunDetailBody.Point]] = [:]
            for metric in run.metrics.prefix(Self.metricsPerRun) {
                let points = try await runs.sampledHistory(
                    run: run.info.id,
                    key: metric.key,
                    maximum: Self.pointsPerMetric
                )
                history[metric.key] = points.map {
                    RunDetailBody.Point(step: $0.step, value: $0.value.isFinite ? $0.value : nil)
                }
            }
            return RunDetailBody(
                run: RunBody(run, experiment: experiment.name),
                history: history,
                artifactURI: run.info.artifactURI
            )
        }
    }

    private func experiment(_ name: String?) async throws -> Int64? {
        guard let name else { return nil }
        guard let found = try await experiments.find(name: name) else {
            throw PlatformError(
                .notFound,
                "There is no experiment '\(name)'.",
                nextStep: Suggestion.phrase(for: name, among: try await names().values)
            )
        }
        return found.id
    }

    private func names() async throws -> [Int64: String] {
        let page = try await experiments.search(
            filter: nil,
            order: [],
            view: .activeOnly,
            maximum: TrackingLimits.pageSize,
            token: nil
        )
        return Dictionary(page.elements.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RunBody {
    fileprivate init(_ run: Run, experiment: String) {
        func dictionary(_ pairs: [KeyValue]) -> [String: String] {
            Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        }
        self.init(
            id: run.info.id,
            name: run.info.name,
            experiment: experiment,
            status: run.info.status.rawValue,
            user: run.info.userID,
            startedAt: run.info.startTime,
            endedAt: run.info.endTime,
            metrics: Dictionary(
                run.metrics.filter(\.value.isFinite).map { ($0.key, $0.value) },
                uniquingKeysWith: { _, last in last }
            ),
            params: dictionary(run.params),
            tags: dictionary(run.tags)
        )
    }
}
