import Foundation
import Hummingbird
import Primitives
import Tracking
import WireAPI

/// MLflow's calls about traces, of version 3 and of the versions before.
package struct TraceController: Sendable {
    let traces: TraceStore
    let artifacts: ArtifactStore
    let time: TimeSource

    /// Makes the controller of a store.
    package init(traces: TraceStore, artifacts: ArtifactStore, time: TimeSource = .system) {
        self.traces = traces
        self.artifacts = artifacts
        self.time = time
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        let base = "mlflow/traces"
        routes.mlflow(.post, base, .trackingWrite, version: "3.0") { call in
            guard let info = try await TraceBody.read(call).body("trace")?.body("trace_info") else {
                throw MLflowName.missing("trace")
            }
            return reply(try await traces.start(info.traceInfo(now: time.now()), actor: call.actor))
        }
        routes.mlflow(.post, "\(base)/search", .trackingRead, version: "3.0", search)
        routes.mlflow(.get, "\(base)/get", .trackingRead, version: "3.0", get)
        routes.mlflow(.get, "\(base)/batchGet", .trackingRead, version: "3.0") { call in
            let found = try await traces.traces(
                Self.ids(call.queries("trace_ids")),
                experiments: Self.experiments(call.queries("experiment_ids"))
            )
            return .traces(("traces", .array(found.map(OrderedJSON.trace))))
        }
        for verb in [HTTPVerb.get, .post] {
            routes.mlflow(verb, "\(base)/batchGetInfos", .trackingRead, version: "3.0") { call in
                let body = verb == .get ? nil : try await TraceBody.read(call)
                let found = try await traces.infos(
                    Self.ids(body?.texts("trace_ids") ?? call.queries("trace_ids")),
                    experiments: Self.experiments(
                        body?.texts("experiment_ids") ?? call.queries("experiment_ids")
                    )
                )
                return .traces(("trace_infos", .array(found.map(OrderedJSON.info))))
            }
        }
        routes.mlflow(.get, "\(base)/{trace_id}", .trackingRead, version: "3.0") { call in
            reply(try await traces.info(call.call.parameter("trace_id")))
        }
        addSharedRoutes(to: routes, base)
        addLegacyRoutes(to: routes, base)
        addAssessmentRoutes(to: routes, base)
        addAnalysisRoutes(to: routes, base)
        addArtifactRoutes(to: routes)
    }

    /// Calls that both versions have.
    private func addSharedRoutes(to routes: RouteTable, _ base: String) {
        for version in ["2.0", "3.0"] {
            routes.mlflow(.post, "\(base)/delete-traces", .trackingWrite, version: version, delete)
            routes.mlflow(.patch, "\(base)/{trace_id}/tags", .trackingWrite, version: version) { call in
                let body = try await TraceBody.read(call)
                let tag = KeyValue(try body.required("key"), try body.text("value") ?? "")
                try await traces.set(tag: tag, on: call.call.parameter("trace_id"))
                return .mlflowEmpty
            }
            routes.mlflow(.delete, "\(base)/{trace_id}/tags", .trackingWrite, version: version) { call in
                var key = call.query("key")
                if key == nil { key = try await TraceBody.read(call).required("key") }
                try await traces.delete(tag: MLflowCall.require(key, "key"), of: call.call.parameter("trace_id"))
                return .mlflowEmpty
            }
            routes.mlflow(.post, "\(base)/link-to-run", .trackingWrite, version: version) { call in
                let body = try await TraceBody.read(call)
                let run = try body.required("run_id")
                try await traces.link(Self.ids(body.texts("trace_ids")), to: .run(run), actor: call.actor)
                return .mlflowEmpty
            }
            routes.mlflow(.post, "\(base)/link-prompts", .trackingWrite, version: version) { call in
                let body = try await TraceBody.read(call)
                let id = try body.required("trace_id")
                let prompts = try body.bodies("prompt_versions").map { prompt in
                    "\(try prompt.required("name"))/\(try prompt.required("version"))"
                }
                guard !prompts.isEmpty else { throw MLflowName.missing("prompt_versions") }
                try await traces.link([id], to: .prompts(prompts), actor: call.actor)
                return .mlflowEmpty
            }
        }
    }

    /// Waits up to three seconds for spans that the client is still sending, as MLflow does.
    private func get(_ call: MLflowCall) async throws -> Response {
        let id = try MLflowCall.require(call.query("trace_id"), "trace_id")
        let partial = ["true", "1"].contains(call.query("allow_partial")?.lowercased())
        for attempt in 0..<Self.attempts {
            if attempt > 0 { try await Task.sleep(for: Self.pause) }
            if let found = try await traces.trace(id, partial: partial) {
                return .traces(("trace", .trace(found)))
            }
        }
        throw PlatformError.mlflowMissing(
            "Trace with ID \(id) is not fully exported yet, please try again later."
        )
    }

    private static let attempts = 13
    private static let pause = Duration.milliseconds(250)

    private func search(_ call: MLflowCall) async throws -> Response {
        let body = try await TraceBody.read(call)
        guard body.member("locations") != nil else { throw MLflowName.missing("locations") }
        let experiments = try body.bodies("locations").compactMap { location in
            try location.body("mlflow_experiment").map { try ExperimentStore.number($0.required("experiment_id")) }
        }
        return try await search(
            TraceStore.Query(
                experiments: experiments,
                filter: body.text("filter"),
                order: body.texts("order_by"),
                maximum: Self.pageSize(body.integer("max_results")),
                token: body.text("page_token")
            ),
            OrderedJSON.info
        )
    }

    func search(_ query: TraceStore.Query, _ written: (TraceInfo) -> OrderedJSON) async throws -> Response {
        let page = try await traces.search(query)
        return .traces(
            ("traces", page.elements.isEmpty ? nil : .array(page.elements.map(written))),
            ("next_page_token", .optional(page.nextToken))
        )
    }

    /// The most traces of one page.
    private static let maximumPage: Int64 = 500

    static func pageSize(_ asked: Int64?) throws -> Int {
        let size = asked ?? 100
        if size > maximumPage, size <= Int64(TrackingLimits.pageSize) {
            throw PlatformError.mlflowInvalid(
                "Invalid value \(size) for parameter 'max_results' supplied: It must be at most \(maximumPage)."
            )
        }
        return Int(clamping: size)
    }

    private func delete(_ call: MLflowCall) async throws -> Response {
        let body = try await TraceBody.read(call)
        let experiment = try ExperimentStore.number(body.required("experiment_id"))
        let ids = try body.texts("request_ids")
        let moment = try body.integer("max_timestamp_millis")
        let limit = try body.integer("max_traces")
        if moment == nil, ids.isEmpty {
            throw PlatformError.mlflowInvalid("Either `max_timestamp_millis` or `trace_ids` must be specified.")
        }
        if moment != nil, !ids.isEmpty {
            throw PlatformError.mlflowInvalid("Only one of `max_timestamp_millis` and `trace_ids` can be specified.")
        }
        if limit != nil, !ids.isEmpty {
            throw PlatformError.mlflowInvalid("`max_traces` can't be specified if `trace_ids` is specified.")
        }
        if let limit, limit <= 0 {
            throw PlatformError.mlflowInvalid("`max_traces` must be a positive integer, received \(limit).")
        }
        let deletion: TraceStore.Deletion = moment.map { .until($0, limit: limit) } ?? .ids(ids)
        let count = try await traces.delete(deletion, in: experiment, actor: call.actor)
        return .traces(("traces_deleted", .integer(Int64(count))))
    }

    private func reply(_ info: TraceInfo) -> Response {
        .traces(("trace", .members(("trace_info", .info(info)))))
    }

    private static func ids(_ ids: [String]) throws -> [String] {
        guard !ids.isEmpty else { throw MLflowName.missing("trace_ids") }
        return ids
    }

    /// Nil without any: then traces of every experiment are found.
    private static func experiments(_ ids: [String]) throws -> [Int64]? {
        ids.isEmpty ? nil : try ids.map(ExperimentStore.number)
    }
}
