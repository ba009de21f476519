import Foundation
import Logging
import Primitives

/// Ends what an earlier server of this work folder left running when it was killed.
struct OrphanReaper: Sendable {
    let workspace: Workspace
    let logger: Logger

    /// Kills every process of an earlier engine and waits until none is left, at most five seconds.
    ///
    /// Two ways find them: the note beside the attempt (process id, start time and boot, so never a stranger), and the
    /// variable `AKU_WORK`, which also catches a process that left its group and one whose note was not written yet.
    ///
    /// - Returns: how many there were.
    @discardableResult
    func reap() -> Int {
        var found: Set<pid_t> = []
        for _ in 0..<50 {
            let alive = orphans()
            if alive.isEmpty { break }
            found.formUnion(alive)
            for process in alive {
                let group = getpgid(process)
                kill(group > 1 && group != getpgrp() ? -group : process, SIGKILL)
            }
            usleep(100_000)
        }
        if !found.isEmpty { logger.notice("ended orphaned task processes", metadata: ["count": "\(found.count)"]) }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: workspace.attempts)) ?? [] {
            Workspace.remove("\(workspace.attempts)/\(name)")
        }
        return found.count
    }

    private func orphans() -> Set<pid_t> {
        let marked = ProcessTable.processes(with: "AKU_WORK", beginning: workspace.attempts + "/")
            .filter { ProcessTable.startTicks($0) != nil }
        return Set(marked).union(notes().filter(\.isAlive).map(\.process))
    }

    private func notes() -> [ProcessNote] {
        let files = FileManager.default
        let runs = (try? files.contentsOfDirectory(atPath: workspace.attempts)) ?? []
        return runs.flatMap { run in
            ((try? files.contentsOfDirectory(atPath: "\(workspace.attempts)/\(run)")) ?? []).compactMap { attempt in
                files.contents(atPath: "\(workspace.attempts)/\(run)/\(attempt)/process.json")
                    .flatMap { try? JSONDecoder().decode(ProcessNote.self, from: $0) }
            }
        }
    }
}
