import Storage

extension PipelineEngine {
    /// Takes notice of the runs that other servers on the same database start and cancel. Returns when it is cancelled.
    package nonisolated func followOtherServers() async {
        let journal = Journal(database: database)
        guard let end = try? await patiently({ try await journal.size() }) else { return }
        // What was accepted before `end` and after the engine looked.
        let accepted = (try? await patiently { try await self.unfinishedRuns() }) ?? []
        mailbox.post(accepted.map(EngineEvent.created))
        for await entry in journal.follow(after: end) {
            let run = String(entry.event.subject.drop { $0 != "/" }.dropFirst())
            switch entry.event.kind {
            case "pipeline.run.created": mailbox.post(.created(run))
            case "pipeline.run.cancel_requested": mailbox.post(.cancel(run))
            case "pipeline.pool.set": mailbox.post(.wake)
            default: break
            }
        }
    }
}
