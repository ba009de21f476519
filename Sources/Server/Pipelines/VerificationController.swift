import Pipelines
import Primitives
import Security
import WireAPI

/// The routes of verifications: decode, one call, encode.
package struct VerificationController: Sendable {
    private let verifier: RunVerifier

    /// Makes the controller of a verifier.
    package init(verifier: RunVerifier) {
        self.verifier = verifier
    }

    /// Declares the routes.
    package func addRoutes(to routes: RouteTable) {
        routes.on(PipelinesAPI.verify) { call, body in
            RunVerificationBody(
                try await verifier.start(
                    run: call.parameter("id"),
                    tasks: body.tasks ?? [],
                    actor: call.principal.name
                )
            )
        }
        routes.on(PipelinesAPI.verification) { call in
            RunVerificationBody(
                try verifier.verification(call.parameter("verification"), of: call.parameter("id"))
            )
        }
    }
}

extension RunVerificationBody {
    init(_ verification: RunVerification) {
        self.init(
            id: verification.id,
            runID: verification.run,
            state: verification.state.rawValue,
            startedAt: verification.startedAt,
            finishedAt: verification.finishedAt,
            tasks: verification.tasks.map(Task.init)
        )
    }
}

extension RunVerificationBody.Task {
    init(_ task: TaskVerification) {
        self.init(
            name: task.task,
            verdict: task.verdict.rawValue,
            reason: task.reason,
            outputs: task.outputs.map {
                .init(output: $0.output, file: $0.file, kind: $0.kind.rawValue, offset: $0.offset, files: $0.files)
            },
            identity: task.identity.map { .init(part: $0.part, before: $0.before, now: $0.now) },
            durationMilliseconds: task.durationMilliseconds
        )
    }
}
