import Pipelines
import Primitives
import WireAPI

extension ScheduleBody {
    init(_ state: ScheduleState) {
        let schedule = state.schedule
        self.init(
            pipeline: state.pipeline,
            version: state.version,
            name: schedule.name,
            cron: schedule.cron.source,
            timezone: schedule.zoneName,
            gap: schedule.gap.rawValue,
            fold: schedule.fold.rawValue,
            catchUp: schedule.catchUp.text,
            paused: state.isPaused,
            pausedBy: state.pausedBy,
            next: state.next.map { LogicalTimeBody(time: $0, localTime: schedule.localText($0)) },
            last: state.last.map { Last(time: $0.time, runID: $0.run, state: $0.state.rawValue) }
        )
    }
}

extension BackfillBody {
    init(_ backfill: Backfill, times: [BackfillTime]?) {
        self.init(
            id: backfill.id,
            pipeline: backfill.pipeline,
            version: backfill.version,
            schedule: backfill.schedule,
            state: backfill.state.rawValue,
            parallel: backfill.parallel,
            kept: nil,
            actor: backfill.actor,
            createdAt: backfill.createdAt,
            finishedAt: backfill.finishedAt,
            times: times?.map { Time(time: $0.time, runID: $0.run, state: $0.state?.rawValue ?? "waiting") }
        )
    }

    init(_ plan: BackfillPlan, parallel: Int, actor: String) {
        self.init(
            id: nil,
            pipeline: plan.pipeline,
            version: plan.version,
            schedule: plan.schedule,
            state: "planned",
            parallel: parallel,
            kept: plan.kept,
            actor: actor,
            createdAt: nil,
            finishedAt: nil,
            times: plan.times.map { Time(time: $0, runID: nil, state: "waiting") }
        )
    }
}
