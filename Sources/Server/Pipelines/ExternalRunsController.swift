import Foundation
import Pipelines
import Primitives
import Security
import WireAPI

/// The routes of runs that other engines execute: decode, one call to the engine, encode.
package struct ExternalRunsController: Sendable {
    private let engine: PipelineEngine
    private let clock: TimeSource

    /// Makes the controller of an engine; `clock` measures what is still under way.
    package init(engine: PipelineEngine, clock: TimeSource) {
        self.engine = engine
        self.clock = clock
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(ExternalRunsAPI.start) { call, body in
            let id = try await engine.startExternal(
                pipeline: call.parameter("name"),
                engine: body.engine,
                externalID: body.externalID,
                parameters: body.parameters ?? [:],
                actor: call.principal.name
            )
            return StartedRunBody(runID: id)
        }
        routes.on(ExternalRunsAPI.find) { call in
            let id = try await engine.externalRun(
                pipeline: call.query("pipeline") ?? "",
                engine: call.query("engine") ?? "",
                externalID: call.query("external_id") ?? ""
            )
            return StartedRunBody(runID: id)
        }
        routes.on(ExternalRunsAPI.finish) { call in
            let id = try call.parameter("id")
            try await engine.finishExternal(id, actor: call.principal.name)
            let (detail, definition) = try await engine.store.runWithDefinition(id)
            return PipelineRunBody(detail, definition, now: clock.now())
        }
        routes.on(ExternalRunsAPI.claim) { call in
            TaskClaimBody(try await engine.claim(run: call.parameter("id"), task: call.parameter("task")))
        }
        routes.on(ExternalRunsAPI.order) { call in
            try own(call.principal, call.parameter("id"), call.parameter("task"))
            let claim = try await engine.order(
                run: call.parameter("id"),
                task: call.parameter("task"),
                attempt: attempt(call.parameter("attempt"))
            )
            return TaskClaimBody(claim)
        }
        routes.on(ExternalRunsAPI.report) { call, body in
            try own(call.principal, call.parameter("id"), call.parameter("task"))
            guard let log = Data(base64Encoded: body.log) else {
                throw PlatformError(.invalidArgument, "The log of the report is not base64.")
            }
            let verdict = try await engine.report(
                run: call.parameter("id"),
                task: call.parameter("task"),
                attempt: attempt(call.parameter("attempt")),
                log: log,
                offset: body.offset
            )
            return AttemptVerdictBody(verdict: verdict.rawValue)
        }
        routes.on(ExternalRunsAPI.conclude) { call, body in
            try own(call.principal, call.parameter("id"), call.parameter("task"))
            try await engine.conclude(
                run: call.parameter("id"),
                task: call.parameter("task"),
                attempt: attempt(call.parameter("attempt")),
                AttemptOutcome(body)
            )
            return Nothing()
        }
    }

    /// A task's token speaks for that task and for no other.
    private func own(_ principal: Principal, _ run: String, _ task: String) throws {
        guard principal.permissions.contains(.pipelinesRun) || principal.name == Self.tokenName(run: run, task: task)
        else {
            throw PlatformError(
                ErrorCode("permission_denied", .permissionDenied),
                "The token of '\(principal.name)' may not speak for task '\(task.prefix(128))' of run '\(run.prefix(64))'.",
                nextStep: "Use the token that the task was given, or one of the role operator."
            )
        }
    }

    /// What the token of a task is called.
    static func tokenName(run: String, task: String) -> String {
        // An instance of a mapped task is called task[3].
        "task-\(task.replacing("[", with: ".").replacing("]", with: ""))-\(run)"
    }

    private func attempt(_ text: String) throws -> Int {
        guard let number = Int32(text), number > 0 else {
            throw PlatformError(.invalidArgument, "'\(text.prefix(20))' is no number of an attempt.")
        }
        return Int(number)
    }
}

extension TaskClaimBody {
    init(_ claim: ExternalClaim) {
        switch claim {
        case .committed(let outputs, let isCached):
            self.init(
                state: isCached ? "cached" : "succeeded",
                order: nil,
                outputs: outputs.map(PipelineTaskBody.Output.init)
            )
        case .skipped(let reason):
            self.init(state: "skipped", order: nil, outputs: [])
            self.reason = reason
        case .order(let order, let token):
            var body = Order(
                attempt: order.attempt,
                pipeline: order.pipeline,
                command: order.command,
                code: order.code,
                inputs: order.inputOrder.compactMap { name in
                    order.inputs[name].map {
                        .init(name: name, digest: $0.digest, kind: $0.kind.rawValue, bytes: $0.bytes)
                    }
                },
                outputs: order.outputs,
                environment: order.environment,
                timeoutSeconds: order.timeoutSeconds,
                python: order.python.name,
                lock: order.python.lock.map {
                    CodeItemBody(path: $0.name, digest: $0.digest, kind: OutputKind.file.rawValue)
                },
                network: order.network.rawValue,
                token: token
            )
            body.builtin = order.builtin.map {
                .init(name: $0.builtin, version: $0.version, arguments: $0.arguments)
            }
            self.init(state: "running", order: body, outputs: [])
        }
    }
}

extension PipelineTaskBody.Output {
    init(_ output: TaskOutput) {
        self.init(name: output.name, digest: output.digest, kind: output.kind.rawValue, bytes: output.bytes)
    }
}

extension AttemptOutcome {
    init(_ body: AttemptOutcomeBody) throws {
        // Lines after the first are of the log, which may hold anything: they stand on the task, not in the journal.
        let message = body.failure?.message ?? "The attempt ended badly."
        let tail = message.drop { $0 != "\n" }.dropFirst()
        let failure = PlatformError(
            ErrorCode(body.failure?.code ?? ErrorCode.taskFailed.name, .failedPrecondition),
            String(message.prefix { $0 != "\n" }),
            nextStep: body.failure?.nextStep ?? "",
            context: tail.isEmpty ? [:] : ["log_tail": String(tail)]
        )
        switch body.state {
        case "succeeded":
            self = .succeeded(
                try body.outputs.map { output in
                    guard let kind = OutputKind(rawValue: output.kind) else {
                        throw PlatformError(.invalidArgument, "'\(output.kind.prefix(40))' is no kind of output.")
                    }
                    return TaskOutput(name: output.name, digest: output.digest, kind: kind, bytes: output.bytes)
                }
            )
        case "failed": self = .failed(failure)
        case "cancelled": self = .stopped(.cancelled)
        case "released": self = .stopped(.shutdown)
        case "lost": self = .lost(failure)
        default:
            throw PlatformError(
                .invalidArgument,
                "'\(body.state.prefix(40))' is no way for an attempt to end.",
                nextStep: "Write succeeded, failed, cancelled, released or lost."
            )
        }
    }
}
