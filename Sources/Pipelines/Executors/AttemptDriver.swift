import Foundation
import Logging
import Primitives

/// Leads one attempt through its executor's verbs to an outcome. Everything that decides is in the database or with the
/// executor, so that after a restart the same call goes on where the last one was cut off.
struct AttemptDriver: Sendable {
    let kind: ExecutorKind
    let executor: any TaskExecutor
    let ledger: AttemptLedger
    let wakes: AttemptWakes
    let maximumLogBytes: Int64
    let grace: Duration
    let log: @Sendable (AttemptID) -> String
    let logger: Logger

    /// So long an executor may give no answer to a submission before the attempt is lost.
    static let patience = Duration.seconds(600)

    /// Follows an attempt to its end, and removes what is left of it after its outcome was told.
    ///
    /// - Parameter tell: called once; with nil when the server goes down and the attempt goes on without it.
    func drive(_ submission: Submission, tell: @Sendable (AttemptOutcome?) -> Void) async {
        let outcome =
            executor.survivesServer ? await drivePatiently(submission) : await drivePromptly(submission)
        tell(outcome)
        if outcome != nil { await executor.reap(submission.id) }
    }

    private func drivePatiently(_ submission: Submission) async -> AttemptOutcome? {
        let id = submission.id
        let (news, wake) = wakes.follow(id)
        defer { wakes.forget(id) }
        submission.control.whenStopped { wake.yield() }
        wake.yield()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: executor.interval)
                    wake.yield()
                }
            }
            defer { group.cancelAll() }
            return await follow(submission, news)
        }
    }

    /// What does not outlive the server needs no ledger.
    private func drivePromptly(_ submission: Submission) async -> AttemptOutcome {
        do {
            _ = try await executor.submit(submission)
            if case .ended(let outcome) = try await executor.observe(submission.id) { return outcome }
        } catch {
            return .lost(Self.platformError(error))
        }
        return .lost(PlatformError(.taskLost, "The attempt vanished from its executor."))
    }

    // MARK: - Following

    private struct Progress {
        var isSubmitted = false
        var silentSince: ContinuousClock.Instant?
        var stopAskedAt: ContinuousClock.Instant?
        var isForced = false
    }

    private func follow(_ submission: Submission, _ news: AsyncStream<Void>) async -> AttemptOutcome? {
        let control = submission.control
        var progress = Progress()
        for await _ in news {
            if control.serverEnds { return nil }
            do {
                if let outcome = try await step(submission, &progress) { return outcome }
                progress.silentSince = nil
            } catch {
                let error = Self.platformError(error)
                // Of one that was taken in, an error says nothing: it may run on, and its executor may be mended.
                guard error.code.kind == .unavailable || progress.isSubmitted else {
                    return await settle(submission, .failed(error))
                }
                let since = progress.silentSince ?? .now
                if progress.silentSince == nil {
                    logger.warning(
                        "an executor does not answer; it is asked again",
                        metadata: [
                            "executor": "\(kind.rawValue)", "attempt": "\(submission.id.text)", "error": "\(error)",
                        ]
                    )
                }
                progress.silentSince = since
                if !progress.isSubmitted, since.duration(to: .now) > Self.patience || control.stopReason != nil {
                    return await settle(submission, control.stopReason.map { .stopped($0) } ?? .lost(error))
                }
            }
        }
        return nil
    }

    /// One look. Nil while the attempt goes on.
    private func step(_ submission: Submission, _ progress: inout Progress) async throws -> AttemptOutcome? {
        let id = submission.id
        let entry = try await ledger.entry(id)
        if let outcome = entry?.outcome { return outcome }
        if entry == nil {
            if let reason = submission.control.stopReason { return .stopped(reason) }
            let handle = try await executor.submit(submission)
            try await ledger.submitted(id, kind, handle: handle)
        }
        progress.isSubmitted = true
        if let reason = submission.control.stopReason, reason != .shutdown { try await stop(id, reason, &progress) }
        switch try await executor.observe(id) {
        case .queued: break
        case .running: if LogFile.size(log(id)) > maximumLogBytes { submission.control.stop(.logTooLarge) }
        case .ended(let outcome): return await settle(submission, outcome)
        case .unknown:
            let lost = PlatformError(
                .taskLost,
                "The \(kind.rawValue) executor no longer knows the attempt, and it told no outcome.",
                nextStep: "Nothing up to \(RunMachine.maximumLosses) times: the task is repeated."
            )
            return await settle(submission, .lost(lost))
        }
        return nil
    }

    private func stop(_ id: AttemptID, _ reason: StopReason, _ progress: inout Progress) async throws {
        let asked = progress.stopAskedAt ?? .now
        if progress.stopAskedAt == nil {
            try await executor.cancel(id, force: false)
            progress.stopAskedAt = asked
        } else if !progress.isForced, asked.duration(to: .now) > grace {
            try await executor.cancel(id, force: true)
            progress.isForced = true
        }
    }

    /// Makes the outcome durable before anything of the attempt is removed. An outcome that its runner told counts before
    /// what the executor saw; an end that was asked for is no loss.
    private func settle(_ submission: Submission, _ seen: AttemptOutcome) async -> AttemptOutcome? {
        let id = submission.id
        var outcome = seen
        switch (submission.control.stopReason, seen) {
        case (.cancelled?, .failed), (.cancelled?, .lost): outcome = .stopped(.cancelled)
        case (.logTooLarge?, .failed), (.logTooLarge?, .lost):
            outcome = .failed(
                PlatformError(
                    .taskLogTooLarge,
                    "The task wrote more than \(maximumLogBytes) bytes of log and was ended.",
                    nextStep: "Print less, or write to an output.",
                    context: ["log_tail": LogFile.tail(log(id))]
                )
            )
        default: break
        }
        while !Task.isCancelled {
            do {
                return try await ledger.ended(id, kind, outcome)
            } catch {
                logger.error(
                    "an attempt's outcome could not be written; it is written again",
                    metadata: ["attempt": "\(id.text)", "error": "\(error)"]
                )
                if submission.control.serverEnds { return nil }
                try? await Task.sleep(for: .seconds(1))
            }
        }
        return nil
    }

    private static func platformError(_ error: any Error) -> PlatformError {
        error as? PlatformError ?? PlatformError(.internalError, "The executor failed: \(error).")
    }
}
