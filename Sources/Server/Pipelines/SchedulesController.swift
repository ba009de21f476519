import Pipelines
import Primitives
import Security
import WireAPI

/// The routes of schedules and backfills.
package struct SchedulesController: Sendable {
    private let engine: PipelineEngine
    private let schedules: ScheduleStore
    private let backfills: BackfillStore

    /// Makes the controller of an engine.
    package init(engine: PipelineEngine) {
        self.engine = engine
        schedules = ScheduleStore(engine: engine)
        backfills = BackfillStore(engine: engine)
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(SchedulesAPI.list) { call in
            try await list(call.query("pipeline"), next: call.integer("next", default: 5, in: 0...100))
        }
        routes.on(SchedulesAPI.pause) { call, body in
            let pipeline = try call.parameter("name")
            try await schedules.pause(pipeline, body.schedule, actor: call.principal.name)
            return try await list(pipeline)
        }
        routes.on(SchedulesAPI.resume) { call, body in
            let pipeline = try call.parameter("name")
            try await schedules.resume(pipeline, body.schedule, actor: call.principal.name)
            return try await list(pipeline)
        }
        routes.on(SchedulesAPI.backfill) { call, body in try await backfill(call, body) }
        routes.on(SchedulesAPI.backfills) { call in
            let limit = try call.integer("limit", default: 50, in: 1...500)
            let found = try await backfills.list(pipeline: call.query("pipeline"), limit: limit)
            return BackfillListBody(backfills: found.map { BackfillBody($0, times: nil) })
        }
        routes.on(SchedulesAPI.backfillDetail) { call in try await detail(call.parameter("id")) }
        routes.on(SchedulesAPI.cancelBackfill) { call in
            let id = try call.parameter("id")
            try await backfills.cancel(id, actor: call.principal.name)
            return try await detail(id)
        }
        routes.on(SchedulesAPI.resumeBackfill) { call in
            let id = try call.parameter("id")
            try await backfills.resume(id, actor: call.principal.name)
            return try await detail(id)
        }
    }

    private func list(_ pipeline: String?, next: Int = 5) async throws -> ScheduleListBody {
        ScheduleListBody(schedules: try await schedules.list(pipeline: pipeline, next: next).map(ScheduleBody.init))
    }

    private func detail(_ id: String) async throws -> BackfillBody {
        let (backfill, times) = try await backfills.detail(id)
        return BackfillBody(backfill, times: times)
    }

    private func backfill(_ call: Call, _ body: StartBackfillBody) async throws -> BackfillBody {
        let plan = try await engine.planBackfill(
            call.parameter("name"),
            schedule: body.schedule,
            from: body.from,
            to: body.to,
            again: Backfill.Again(named: body.again ?? Backfill.Again.none.rawValue)
        )
        let parallel = body.parallel ?? 1
        if body.dryRun == true { return BackfillBody(plan, parallel: parallel, actor: call.principal.name) }
        let backfill = try await backfills.create(
            plan,
            parameters: body.parameters ?? [:],
            parallel: parallel,
            actor: call.principal.name
        )
        return try await detail(backfill.id)
    }
}
