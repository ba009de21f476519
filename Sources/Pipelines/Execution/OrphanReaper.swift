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
    /// - Parameter kept: folders of attempts that go on.
    /// - Returns: how many there were.
    @discardableResult
    func reap(keeping kept: Set<String> = []) -> Int {
        var found: Set<pid_t> = []
        for _ in 0..<50 {
            let alive = orphans(kept)
            if alive.isEmpty { break }
            found.formUnion(alive)
            for process in alive {
                let group = getpgid(process)
                kill(group > 1 && group != getpgrp() ? -group : process, SIGKILL)
            }
            usleep(100_000)
        }
        if !found.isEmpty { logger.notice("ended orphaned task processes", metadata: ["count": "\(found.count)"]) }
        for path in folders() where !kept.contains(path) { Workspace.remove(path) }
        // Runs' folders that hold nothing any more.
        for run in names(workspace.attempts) { rmdir("\(workspace.attempts)/\(run)") }
        return found.count
    }

    private func orphans(_ kept: Set<String>) -> Set<pid_t> {
        let marked = ProcessTable.values(of: "AKU_WORK")
            .filter { $0.value.hasPrefix(workspace.attempts + "/") && !kept.contains($0.value) }
            .map(\.process).filter { ProcessTable.startTicks($0) != nil }
        let noted = folders().filter { !kept.contains($0) }
            .compactMap { AttemptFolder(path: $0, log: "").readNote() }.filter(\.isAlive).map(\.process)
        return Set(marked).union(noted)
    }

    /// The folders of attempts.
    private func folders() -> [String] {
        names(workspace.attempts).flatMap { run in
            names("\(workspace.attempts)/\(run)").map { "\(workspace.attempts)/\(run)/\($0)" }
        }
    }

    private func names(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
