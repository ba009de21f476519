import Foundation
import Primitives
import Security
import WireAPI

extension ConsoleController {
    /// The largest form about pipelines, in bytes.
    private static let maximumPipelineFormBytes = 256 << 10
    /// How the fields of parameters begin.
    static let parameterPrefix = "p."

    /// Declares the pages of pipelines and their runs, and their forms.
    func addPipelines(to routes: RouteTable) {
        page("/pipelines", on: routes) { _, now in PipelinesPage(try await data.pipelines(1), now: now) }
        page("/pipelines/{name}", on: routes) { call, now in
            PipelinePage(
                try await data.pipeline(call.parameter("name"), GridDrawing.maximumRuns),
                canRun: call.principal.permissions.contains(.pipelinesRun),
                now: now
            )
        }
        page("/pipelines/{name}/backfill", on: routes) { call, _ in
            let request = try Self.backfill(Self.fields(call))
            let name = try call.parameter("name")
            return BackfillPage(
                pipeline: name,
                request,
                try await data.planBackfill(name, request),
                canRun: call.principal.permissions.contains(.pipelinesRun)
            )
        }
        page("/pipeline-runs/{id}", on: routes) { call, now in
            let run = try await data.pipelineRun(call.parameter("id"))
            let asked = Self.fields(call)["log"]
            let task = run.tasks.first { $0.name == asked }?.name ?? PipelineRunPage.interestingTask(run)
            var log: Console.Log?
            if let task { log = try await data.taskLog(run.id, task) }
            let canRun = call.principal.permissions.contains(.pipelinesRun)
            return PipelineRunPage(run, log: log, canRun: canRun, now: now)
        }
        page("/pipeline-runs/{id}/tasks/{task}", on: routes) { call, now in
            let fields = Self.fields(call), id = try call.parameter("id")
            let query = Console.InstanceQuery(state: fields["state"], after: fields["after"].flatMap { Int($0) })
            let instances = try await data.taskInstances(id, call.parameter("task"), query)
            var log: Console.Log?
            // Only instances of this task, on this page.
            if let name = fields["log"], instances.instances.contains(where: { $0.name == name }) {
                log = try await data.taskLog(id, name)
            }
            return TaskInstancesPage(instances, query, log: log, now: now)
        }
        form("/console/pipelines/{name}/runs", on: routes) { call, fields in
            var parameters: [String: JSONValue] = [:]
            for parameter in try await data.pipeline(call.parameter("name"), 0).parameters {
                // An empty field leaves the default.
                if let text = fields[Self.parameterPrefix + parameter.name] {
                    parameters[parameter.name] = .string(text)
                }
            }
            let id = try await data.startRun(
                call.parameter("name"),
                parameters,
                fields["reason"] ?? "started from the console",
                call.principal.name
            )
            return ConsolePath.pipelineRun(id)
        }
        form("/console/pipelines/{name}/schedules", on: routes) { call, fields in
            let name = try call.parameter("name")
            try await data.pauseSchedule(name, fields["schedule"], fields["action"] == "pause", call.principal.name)
            return ConsolePath.pipeline(name)
        }
        form("/console/pipelines/{name}/backfills", on: routes) { call, fields in
            let name = try call.parameter("name")
            try await data.startBackfill(name, Self.backfill(fields), call.principal.name)
            return ConsolePath.pipeline(name)
        }
        form("/console/pipeline-runs/{id}/cancel", on: routes) { call, _ in
            let id = try call.parameter("id")
            try await data.cancelRun(id, call.principal.name)
            return ConsolePath.pipelineRun(id)
        }
        form("/console/pipeline-runs/{id}/reruns", on: routes) { call, fields in
            ConsolePath.pipelineRun(
                try await data.rerun(call.parameter("id"), fields["from"], fields["reason"] ?? "", call.principal.name)
            )
        }
    }

    /// A form that changes something and leads to a page.
    private func form(
        _ path: String,
        on routes: RouteTable,
        _ act: @escaping @Sendable (Call, FormFields) async throws -> String
    ) {
        routes.raw(.post, path, permission: .pipelinesRun, errors: .page) { call in
            try Self.refuseForeignForm(call)
            let body = try await call.body(upTo: Self.maximumPipelineFormBytes)
            return PageResponse.seeOther(try await act(call, FormFields(String(decoding: body, as: UTF8.self))))
        }
    }

    private static func backfill(_ fields: FormFields) throws -> Console.BackfillRequest {
        guard let from = fields["from"], let to = fields["to"] else {
            throw PlatformError(
                .invalidArgument,
                "A backfill needs its first and its last day.",
                nextStep: "Fill both in, for example 2026-11-01 and 2026-11-03."
            )
        }
        let text = fields["parallel"] ?? "1"
        guard let parallel = Int(text), (1...64).contains(parallel) else {
            throw PlatformError(
                .invalidArgument,
                "'\(text.prefix(40))' runs at one time is not possible.",
                nextStep: "Write a number from 1 to 64."
            )
        }
        return Console.BackfillRequest(
            schedule: fields["schedule"],
            from: from,
            to: to,
            parallel: parallel,
            again: fields["again"] ?? "none"
        )
    }
}
