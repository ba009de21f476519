import Foundation
import Primitives
import Storage

/// Does the work of one attempt of a built-in operator, blocking: reads inputs from the object store and writes outputs
/// into it, piece by piece, with no folder and no process.
struct BuiltinRunner {
    let order: AttemptOrder
    let call: BuiltinCall
    let objects: ObjectStore
    let control: AttemptControl
    private let deadline: ContinuousClock.Instant

    /// Thrown out of the middle of the work.
    private struct Stopped: Error { let reason: StopReason }

    init(_ order: AttemptOrder, _ call: BuiltinCall, _ objects: ObjectStore, _ control: AttemptControl) {
        self.order = order
        self.call = call
        self.objects = objects
        self.control = control
        deadline = .now.advanced(by: .seconds(order.timeoutSeconds))
    }

    /// Works, and says how it ended. A full disk is waited for, as other tasks wait for it.
    func outcome() -> AttemptOutcome {
        while true {
            do {
                return .succeeded(try work())
            } catch let stopped as Stopped {
                return stopped.reason == .timeout ? .failed(timeout) : .stopped(stopped.reason)
            } catch let error as PlatformError {
                guard error.code == .diskFull, stopReason == nil else { return .failed(error) }
                sleep(1)
            } catch {
                return .failed(PlatformError(.internalError, "The operator '\(call.builtin)' failed: \(error)."))
            }
        }
    }

    private func work() throws -> [TaskOutput] {
        let known = try call.check()
        try goOn()
        switch known {
        case .noop: return []
        case .concat: return try concat()
        case .assert: return try check()
        case .pick: return try pick()
        case .shard: return try shard()
        }
    }

    private var stopReason: StopReason? {
        control.stopReason ?? (ContinuousClock.now >= deadline ? .timeout : nil)
    }

    /// Called between pieces of the work.
    func goOn() throws { if let reason = stopReason { throw Stopped(reason: reason) } }

    private var timeout: PlatformError {
        PlatformError(
            .taskTimeout,
            "The task ran past its timeout of \(order.timeoutSeconds) s and was ended.",
            nextStep: "Raise timeout_seconds, or make the task faster."
        )
    }

    // MARK: - Inputs and outputs

    /// In the order of the file.
    var inputs: [(name: String, output: TaskOutput)] {
        order.inputOrder.compactMap { name in order.inputs[name].map { (name, $0) } }
    }

    func arguments(_ name: String) -> [String] { call.arguments[name] ?? [] }

    /// The one input of an operator that takes one.
    func input() throws -> (name: String, output: TaskOutput) {
        guard let input = inputs.first else {
            throw PlatformError(
                .builtinInputInvalid,
                "The operator '\(call.builtin)' has no input: the task that writes it was left out.",
                nextStep: "Give this task the same 'when:'."
            )
        }
        return input
    }

    /// A stored object as the task's only output.
    func output(_ stored: StoredObject) -> [TaskOutput] {
        order.outputs.prefix(1).map { TaskOutput(name: $0, digest: stored.digest, kind: .file, bytes: stored.size) }
    }

    /// A stored tree as the task's only output.
    func output(_ stored: StoredTree) -> [TaskOutput] {
        order.outputs.prefix(1).map { TaskOutput(name: $0, digest: stored.digest, kind: .tree, bytes: stored.bytes) }
    }

    /// An input that the operator cannot work on.
    func invalid(_ message: String, nextStep: String) -> PlatformError {
        PlatformError(.builtinInputInvalid, message, nextStep: nextStep, context: ["task": order.task])
    }
}
