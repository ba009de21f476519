import Foundation
import Logging
import Primitives

/// The executors of one server, by kind, and what following their attempts needs.
struct ExecutorSet: Sendable {
    private let executors: [ExecutorKind: any TaskExecutor]
    private let ledger: AttemptLedger
    private let workspace: Workspace
    private let configuration: PipelineConfiguration
    private let logger: Logger
    let wakes = AttemptWakes()

    init(
        _ executors: [ExecutorKind: any TaskExecutor],
        ledger: AttemptLedger,
        configuration: PipelineConfiguration,
        logger: Logger
    ) {
        self.executors = executors
        self.ledger = ledger
        workspace = Workspace(root: configuration.workFolder)
        self.configuration = configuration
        self.logger = logger
    }

    /// Whether attempts of a kind go on while no server is there.
    func survivesServer(_ kind: ExecutorKind) -> Bool { executors[kind]?.survivesServer ?? false }

    /// Follows an attempt to its end; see `AttemptDriver.drive`.
    func drive(_ submission: Submission, tell: @Sendable (AttemptOutcome?) -> Void) async {
        let kind = submission.order.placement.executor
        guard let executor = executors[kind] else { return tell(.failed(Self.notConfigured(kind))) }
        let workspace = workspace
        let driver = AttemptDriver(
            kind: kind,
            executor: executor,
            ledger: ledger,
            wakes: wakes,
            maximumLogBytes: configuration.maximumLogBytes,
            grace: configuration.grace,
            log: { workspace.log($0.run, $0.task, $0.attempt) },
            logger: logger
        )
        await driver.drive(submission, tell: tell)
    }

    /// Ends what executors still have of attempts that are over by the database: what a server left that was killed between
    /// an outcome and the removal. Attempts of runs that the database does not know belong to somebody else. Returns when
    /// each executor has answered once, or when it is cancelled.
    func endStrays() async {
        await withDiscardingTaskGroup { group in
            // One that does not answer holds up no other.
            for (kind, executor) in executors where executor.survivesServer {
                group.addTask { await endStrays(kind, executor) }
            }
        }
    }

    private func endStrays(_ kind: ExecutorKind, _ executor: any TaskExecutor) async {
        while !Task.isCancelled {
            do {
                let strays = try await ledger.underWay(executor.adopt()).over
                for id in strays { await executor.reap(id) }
                if !strays.isEmpty {
                    logger.notice(
                        "ended attempts that were left over",
                        metadata: ["executor": "\(kind.rawValue)", "count": "\(strays.count)"]
                    )
                }
                return
            } catch {
                logger.debug(
                    "an executor could not be asked what it has",
                    metadata: ["executor": "\(kind.rawValue)", "error": "\(error)"]
                )
                try? await Task.sleep(for: .seconds(30))
            }
        }
    }

    /// Ends what runs on this machine and outlives the server: another server has the pipelines, and repeats it.
    func endHere() async {
        for (kind, executor) in executors where executor.survivesServer && kind.usesThisMachine {
            do {
                for id in try await executor.adopt() { await executor.reap(id) }
            } catch {
                logger.warning(
                    "an executor could not be asked what it has; it may go on with tasks that are repeated elsewhere",
                    metadata: ["executor": "\(kind.rawValue)", "error": "\(error)"]
                )
            }
        }
    }

    private static func notConfigured(_ kind: ExecutorKind) -> PlatformError {
        let hint =
            switch kind {
            case .process: ""
            case .container: "Install Podman on the server's machine, and start the server with it on its PATH."
            case .slurm: "Start the server where Slurm's commands (sbatch) are on its PATH."
            case .kubernetes: "Set AKU_KUBERNETES to a kubeconfig, or run the server in the cluster."
            }
        return PlatformError(
            .executorNotConfigured,
            "This server has no executor '\(kind.rawValue)'.",
            nextStep: hint,
            context: ["executor": kind.rawValue]
        )
    }
}
