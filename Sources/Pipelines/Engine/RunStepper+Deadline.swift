import Primitives
import Storage

extension RunStepper {
    /// Ends the tasks of runs whose deadline has passed. That it has is written down, so that a clock which is set back
    /// makes no run go on.
    mutating func endOverdue() throws {
        for id in runs.keys.sorted() {
            guard let run = runs[id], let deadline = run.deadline, deadline <= now, run.machine.canExpire else {
                continue
            }
            try transaction.execute(
                "UPDATE pipeline_run SET failure_code = ? WHERE id = ?",
                [.text(ErrorCode.pipelineDeadlineExceeded.name), .text(id)]
            )
            try transaction.record(
                JournalEvent(
                    kind: "pipeline.run.deadline_exceeded",
                    subject: "pipeline-run/\(id)",
                    actor: "system",
                    body: [
                        "pipeline": .string(run.definition.name), "deadline": .string(deadline.description),
                    ]
                )
            )
            try apply(id, failure: nil) { $0.apply(.expire) }
        }
    }
}

extension PipelineEngine {
    /// The longest sleep: a clock that is set while one sleeps is noticed after so long.
    private static let longestSleepMilliseconds: Int64 = 20_000

    /// The next moment at which a run's deadline passes.
    static func nextDeadline(_ runs: some Collection<ActiveRun>) -> Timestamp? {
        runs.compactMap { $0.machine.canExpire ? $0.deadline : nil }.min()
    }

    /// Sleeps until a moment of the clock, or until it is cancelled.
    nonisolated func sleep(until moment: Timestamp) async {
        while !Task.isCancelled {
            let left = moment.milliseconds - clock.now().milliseconds
            if left <= 0 { return }
            try? await Task.sleep(for: .milliseconds(min(left, Self.longestSleepMilliseconds)))
        }
    }
}
