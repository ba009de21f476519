import Foundation
import Primitives
import Storage

/// One attempt to run, complete.
package struct AttemptOrder: Sendable, Hashable {
    /// The run's id.
    package internal(set) var run: String
    /// The pipeline's name.
    package let pipeline: String
    /// The task's name.
    package let task: String
    /// From 1; also the fencing token.
    package internal(set) var attempt: Int
    /// For `sh -eu -c`, every reference replaced.
    package let command: String
    /// The tree that stands at `code/`; nil for none.
    package let code: Digest?
    /// What stands at `inputs/`, by name.
    package let inputs: [String: TaskOutput]
    /// Names under `outputs/`.
    package let outputs: [String]
    /// Variables that the task declares.
    package let environment: [String: String]
    /// The longest time, in seconds.
    package let timeoutSeconds: Int
    /// The Python that it finds first.
    package var python = AttemptPython.server
    /// What of the network it reaches.
    package var network = NetworkAccess.unstated
    /// The operator to be called instead of the command.
    package var builtin: BuiltinCall?
    /// The names of the inputs as the file has them; those that it does not name come before, by name.
    package var inputOrder: [String] = []
    /// Whether its outputs are only compared, and the server is kept out of its reach.
    var isRehearsal = false
    /// Where it runs, and in what.
    package var placement = Placement.process

    /// Makes an order.
    package init(
        run: String,
        pipeline: String,
        task: String,
        attempt: Int,
        command: String,
        code: Digest?,
        inputs: [String: TaskOutput],
        outputs: [String],
        environment: [String: String],
        timeoutSeconds: Int
    ) {
        self.run = run
        self.pipeline = pipeline
        self.task = task
        self.attempt = attempt
        self.command = command
        self.code = code
        self.inputs = inputs
        self.outputs = outputs
        self.environment = environment
        self.timeoutSeconds = timeoutSeconds
    }
}

/// The Python that an attempt finds first.
package enum AttemptPython: Sendable, Hashable {
    /// The one of whoever runs it.
    case server
    /// None of ours.
    case none
    /// One that is built from a lock file.
    case lock(LockFile)

    /// Its name on the wire.
    package var name: String {
        switch self {
        case .server: "server"
        case .none: "none"
        case .lock: "lock"
        }
    }

    /// The lock file, where there is one.
    package var lock: LockFile? { if case .lock(let lock) = self { lock } else { nil } }
}

/// How an attempt ended.
package enum AttemptOutcome: Sendable {
    /// Well; the outputs are durable in the object store.
    case succeeded([TaskOutput])
    /// Badly, by its own fault.
    case failed(PlatformError)
    /// It was ended for a reason outside the task.
    case stopped(StopReason)
    /// The machine could not run it.
    case lost(PlatformError)
}

/// Runs attempts as processes of this machine.
struct LocalExecutor: Sendable {
    private(set) var workspace: Workspace
    let objects: ObjectStore
    let configuration: PipelineConfiguration
    let interpreter: InterpreterReader
    let environments: EnvironmentStore
    let isolation: NetworkIsolation

    init(workspace: Workspace, objects: ObjectStore, configuration: PipelineConfiguration) {
        self.workspace = workspace
        self.objects = objects
        self.configuration = configuration
        interpreter = InterpreterReader(folder: configuration.pythonFolder)
        environments = EnvironmentStore(configuration: configuration, objects: objects)
        isolation = NetworkIsolation()
    }

    /// The same, with its environments, in other folders.
    func inside(_ workspace: Workspace) -> LocalExecutor {
        var other = self
        other.workspace = workspace
        return other
    }

    /// Runs an attempt to its end.
    func execute(_ order: AttemptOrder, token: String?, control: AttemptControl) async -> AttemptOutcome {
        if let call = order.builtin {
            let runner = BuiltinRunner(order, call, objects, control)
            return (try? await objects.blocking { _ in runner.outcome() }) ?? .stopped(.shutdown)
        }
        return await attend(order, control) { folder in perform(order, token, folder, control) }
    }

    /// Blocking work (copies, the wait, digests) happens on a thread of its own, so that tasks never hold up the server;
    /// one thread an attempt, bounded by the engine's places.
    ///
    /// - Parameter elapsed: how long the attempt has been running already.
    func attend(
        _ order: AttemptOrder,
        _ control: AttemptControl,
        elapsed: Duration = .zero,
        _ work: @escaping @Sendable (AttemptFolder) -> AttemptOutcome
    ) async -> AttemptOutcome {
        await withTaskGroup(of: AttemptOutcome?.self) { group in
            group.addTask {
                await withTaskCancellationHandler {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread {
                            let folder = workspace.attempt(order.run, order.task, order.attempt)
                            let outcome = work(folder)
                            // Its place is free before the end is told; what takes long is done after.
                            let remains = folder.setAside()
                            continuation.resume(returning: outcome)
                            Workspace.remove(remains)
                        }
                    }
                } onCancel: {
                    control.kill(.shutdown)
                }
            }
            group.addTask {
                await watch(order, control, elapsed)
                return nil
            }
            var outcome: AttemptOutcome?
            for await result in group {
                guard let result else { continue }
                outcome = result
                group.cancelAll()
            }
            return outcome ?? .stopped(.shutdown)
        }
    }

    /// Holds timeout, grace and log bound until the attempt is over.
    private func watch(_ order: AttemptOrder, _ control: AttemptControl, _ elapsed: Duration) async {
        let deadline = ContinuousClock.now.advanced(by: .seconds(order.timeoutSeconds) - elapsed)
        let log = workspace.log(order.run, order.task, order.attempt)
        while !Task.isCancelled {
            let left = ContinuousClock.now.duration(to: deadline)
            try? await Task.sleep(for: min(.milliseconds(100), max(left, .milliseconds(1))))
            if ContinuousClock.now >= deadline { control.stop(.timeout) }
            if LogFile.size(log) > configuration.maximumLogBytes { control.stop(.logTooLarge) }
            control.reinforce(after: configuration.grace)
        }
    }

    /// The attempt from folder to outputs, blocking.
    private func perform(
        _ order: AttemptOrder,
        _ token: String?,
        _ folder: AttemptFolder,
        _ control: AttemptControl
    ) -> AttemptOutcome {
        if let reason = control.stopReason { return .stopped(reason) }
        do {
            let network = try isolation.network(order.network, server: configuration.baseURL)
            try whileDiskIsFull(control) {
                try folder.prepare(code: order.code, inputs: order.inputs, outputs: order.outputs, objects: objects)
            }
            configuration.crashPoints.pass(.folderReady)
            guard let python = try python(order, folder, control) else {
                return stopped(control.stopReason ?? .shutdown, order, folder)
            }
            defer { python.release() }
            if let remark = network.remark { LogFile.append(remark, to: folder.log) }
            let child = try ChildProcess.start(
                ProcessOrder(
                    command: order.command,
                    environment: environment(order, token, folder, python: python.folder),
                    folder: folder.work,
                    log: folder.log,
                    launcher: network.launcher,
                    isCut: network.isCut,
                    prelude: Self.exitReport ?? ""
                )
            )
            configuration.crashPoints.pass(.spawned)
            control.started(child.id)
            note(child, folder)
            configuration.crashPoints.pass(.noted)
            child.waitForEnd()
            configuration.crashPoints.pass(.processEnded)
            let ending = ChildProcess.ending(control.reap(child.id))
            child.waitForGroup()
            configuration.crashPoints.pass(.processReaped)
            return try conclude(order, folder, control, ending)
        } catch {
            return failed(error, order, folder, control)
        }
    }

    /// What an attempt that could not be prepared or kept comes to.
    func failed(
        _ error: any Error,
        _ order: AttemptOrder,
        _ folder: AttemptFolder,
        _ control: AttemptControl
    ) -> AttemptOutcome {
        guard let error = error as? PlatformError else {
            return .failed(PlatformError(.internalError, "The attempt could not be prepared or kept: \(error)."))
        }
        if error.code == .diskFull, let reason = control.stopReason { return stopped(reason, order, folder) }
        return error.code == .taskStartFailed ? .lost(error) : .failed(error)
    }

    /// What the end of the process means; keeps the outputs of a good one.
    func conclude(
        _ order: AttemptOrder,
        _ folder: AttemptFolder,
        _ control: AttemptControl,
        _ ending: ChildProcess.Ending
    ) throws -> AttemptOutcome {
        if let reason = control.stopReason, ending != .exit(0) { return stopped(reason, order, folder) }
        guard ending == .exit(0) else { return .failed(Self.failure(ending, folder.log)) }
        let outputs = try whileDiskIsFull(control) { try folder.collect(order.outputs, objects: objects) }
        configuration.crashPoints.pass(.outputsStored)
        return .succeeded(outputs)
    }

    /// A full disk is no fault of the task: what needs room is repeated each second until there is some, or until the
    /// task's time is over.
    private func whileDiskIsFull<T>(_ control: AttemptControl, _ body: () throws -> T) throws -> T {
        while true {
            do {
                return try body()
            } catch let error as PlatformError where error.code == .diskFull && control.stopReason == nil {
                sleep(1)
            }
        }
    }

    /// - Returns: nil when the attempt was ended while its environment was built.
    func python(_ order: AttemptOrder, _ folder: AttemptFolder, _ control: AttemptControl) throws
        -> EnvironmentLease?
    {
        switch order.python {
        case .server: EnvironmentLease(folder: configuration.pythonFolder) {}
        case .none: EnvironmentLease(folder: "") {}
        case .lock(let lock):
            try environments.environment(of: lock, interpreter: interpreter.current(), attempt: folder, control)
        }
    }

    private func note(_ child: ChildProcess, _ folder: AttemptFolder) {
        guard let ticks = ProcessTable.startTicks(child.id) else { return }
        var note = ProcessNote(process: child.id, startTicks: ticks, boot: ProcessTable.bootID())
        if Self.exitReport != nil { note.server = configuration.baseURL }
        try? note.write(to: folder.note)
    }

    func stopped(_ reason: StopReason, _ order: AttemptOrder, _ folder: AttemptFolder) -> AttemptOutcome {
        switch reason {
        case .cancelled, .shutdown:
            .stopped(reason)
        case .timeout:
            .failed(
                PlatformError(
                    .taskTimeout,
                    "The task ran past its timeout of \(order.timeoutSeconds) s and was ended.",
                    nextStep: "Raise timeout_seconds, or make the task faster.",
                    context: ["log_tail": LogFile.tail(folder.log)]
                )
            )
        case .logTooLarge:
            .failed(
                PlatformError(
                    .taskLogTooLarge,
                    "The task wrote more than \(configuration.maximumLogBytes) bytes of log and was ended.",
                    nextStep: "Print less, or write to an output.",
                    context: ["log_tail": LogFile.tail(folder.log)]
                )
            )
        }
    }

    static func failure(_ ending: ChildProcess.Ending, _ log: String) -> PlatformError {
        let tail = LogFile.tail(log)
        switch ending {
        case .exit(let status):
            let missing = status == 127 ? " The shell found no such command." : ""
            return PlatformError(
                .taskFailed,
                "The command ended with status \(status).\(missing)",
                nextStep: "Read the task's log, mend the code, run again; finished tasks come from the cache.",
                context: ["exit_status": String(status), "log_tail": tail]
            )
        case .signal(let number):
            let hint = number == SIGKILL ? " The machine may have run out of memory." : ""
            return PlatformError(
                .taskFailed,
                "The command was ended by signal \(number) (\(String(cString: strsignal(number)))).\(hint)",
                nextStep: "Read the task's log, mend the code, run again; finished tasks come from the cache.",
                context: ["signal": String(number), "log_tail": tail]
            )
        }
    }
}
