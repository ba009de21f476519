import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Pipelines
import Primitives
import Security
import WireAPI

/// The routes of pipelines and their runs: decode, one call to the engine or its store, encode.
package struct PipelinesController: Sendable {
    private let engine: PipelineEngine
    private let clock: TimeSource

    /// Makes the controller of an engine; `clock` measures what is still under way.
    package init(engine: PipelineEngine, clock: TimeSource) {
        self.engine = engine
        self.clock = clock
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(PipelinesAPI.apply) { call, body in
            let code = try body.code.map(CodeItem.init)
            return try PipelineBody(await engine.apply(source: body.source, code: code, actor: call.principal.name))
        }
        routes.on(PipelinesAPI.list) { _ in
            PipelineListBody(pipelines: try await engine.store.pipelines().map(PipelineListBody.Item.init))
        }
        routes.on(PipelinesAPI.show) { call in
            let number =
                call.query("version") == nil ? nil : try call.integer("version", default: 1, in: 1...Int(Int32.max))
            return try PipelineBody(await engine.store.version(of: call.parameter("name"), number))
        }
        routes.on(PipelinesAPI.run) { call, body in
            let id = try await engine.start(
                pipeline: call.parameter("name"),
                parameters: body.parameters ?? [:],
                reason: body.reason ?? "",
                actor: call.principal.name,
                idempotencyKey: body.idempotencyKey,
                useCache: body.useCache ?? true
            )
            return StartedRunBody(runID: id)
        }
        routes.on(PipelinesAPI.runs) { call in
            let page = try await engine.store.runs(
                pipeline: call.query("pipeline"),
                before: call.query("before"),
                limit: call.integer("limit", default: 50, in: 1...500)
            )
            let now = clock.now()
            return PipelineRunListBody(
                runs: page.elements.map { PipelineRunBody($0, tasks: nil, now: now) },
                nextPageToken: page.nextToken
            )
        }
        routes.on(PipelinesAPI.runDetail) { call in try await detail(call.parameter("id")) }
        routes.on(PipelinesAPI.cancel) { call in
            let id = try call.parameter("id")
            try await engine.cancel(id, actor: call.principal.name)
            return try await detail(id)
        }
        routes.on(PipelinesAPI.instances) { call in
            let after = call.query("after") == nil ? nil : try call.integer("after", default: 0, in: 0...Int(Int32.max))
            let page = try await engine.store.instances(
                run: call.parameter("id"),
                task: call.parameter("task"),
                state: call.query("state"),
                after: after,
                limit: call.integer("limit", default: 100, in: 1...PipelineStore.maximumInstancePage)
            )
            let now = clock.now()
            return TaskInstancesBody(
                instances: page.elements.map {
                    PipelineTaskBody($0.task, upstream: [], outputs: $0.outputs, now: now)
                },
                nextPageToken: page.nextToken
            )
        }
        routes.on(PipelinesAPI.rerun) { call, body in
            let id = try await engine.rerun(
                call.parameter("id"),
                from: body.from,
                reason: body.reason ?? "",
                actor: call.principal.name,
                idempotencyKey: body.idempotencyKey
            )
            return StartedRunBody(runID: id)
        }
        routes.on(PipelinesAPI.explain) { call in
            let id = try call.parameter("id")
            let tasks = try await engine.store.explain(id, task: call.query("task"))
            return ExplainRunBody(runID: id, tasks: tasks.map(ExplainRunBody.Task.init))
        }
        routes.raw(.get, PipelinesAPI.logPath, permission: .pipelinesRead, errors: .platform) { call in
            try await log(call)
        }
        routes.raw(.get, PipelinesAPI.logStreamPath, permission: .pipelinesRead, errors: .platform) { call in
            try await PipelineLogStream(call, engine: engine).response()
        }
    }

    private func detail(_ id: String) async throws -> PipelineRunBody {
        let (detail, definition) = try await engine.store.runWithDefinition(id)
        return PipelineRunBody(detail, definition, now: clock.now())
    }

    private func log(_ call: Call) async throws -> Response {
        let offset = try call.integer("offset", default: 0, in: 0...Int.max)
        let attempt =
            call.query("attempt") == nil ? nil : try call.integer("attempt", default: 1, in: 1...Int(Int32.max))
        let (bytes, number, isOpen) = try await engine.log(
            run: call.parameter("id"),
            task: call.parameter("task"),
            attempt: attempt,
            offset: Int64(offset)
        )
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8"]
        for (name, value) in [
            (PipelinesAPI.nextOffsetHeader, String(offset + bytes.count)), (PipelinesAPI.openHeader, String(isOpen)),
            (PipelinesAPI.attemptHeader, String(number)),
        ] {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
