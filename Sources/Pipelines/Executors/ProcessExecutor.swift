import Foundation
import Primitives
import Synchronization

/// Processes of this machine. A server that goes down in good order ends them; what one that was killed left is the matter
/// of `OrphanReaper` and `LocalExecutor.adopt`, which need no executor that knows it.
final class ProcessExecutor: TaskExecutor {
    private struct Attempt {
        let control: AttemptControl
        let work: Task<AttemptOutcome, Never>
    }

    private let local: LocalExecutor
    private let attempts = Mutex<[AttemptID: Attempt]>([:])

    var survivesServer: Bool { false }
    /// `observe` waits for the end by itself.
    var interval: Duration { .zero }

    init(_ local: LocalExecutor) {
        self.local = local
    }

    func submit(_ submission: Submission) async throws -> String {
        let local = local
        attempts.withLock { attempts in
            guard attempts[submission.id] == nil else { return }
            attempts[submission.id] = Attempt(
                control: submission.control,
                work: Task {
                    await local.execute(submission.order, token: submission.token, control: submission.control)
                }
            )
        }
        return "process"
    }

    func observe(_ id: AttemptID) async throws -> Observation {
        guard let attempt = attempts.withLock({ $0[id] }) else { return .unknown }
        return await withTaskCancellationHandler {
            .ended(await attempt.work.value)
        } onCancel: {
            attempt.control.kill(.shutdown)
        }
    }

    func logs(_ id: AttemptID, from offset: Int64, limit: Int) async throws -> Data {
        LogFile.read(local.workspace.log(id.run, id.task, id.attempt), from: offset, limit: limit)
    }

    func cancel(_ id: AttemptID, force: Bool) async throws {
        guard let control = attempts.withLock({ $0[id]?.control }) else { return }
        if force { control.kill(.cancelled) } else { control.stop(.cancelled) }
    }

    func adopt() async throws -> [AttemptID] { attempts.withLock { Array($0.keys) } }

    func reap(_ id: AttemptID) async {
        guard let attempt = attempts.withLock({ $0.removeValue(forKey: id) }) else { return }
        attempt.control.kill(.shutdown)
    }
}
