import Foundation
import Primitives
import Storage

/// An attempt that an earlier server began and that this one can carry to its end.
struct Adoptable: Sendable, Hashable {
    /// Its folder.
    let path: String
    /// Its process.
    let note: ProcessNote
}

extension LocalExecutor {
    /// What comes before a command, so that its end can be learnt by a server that is not its parent. `dash` and BusyBox
    /// run this trap only when the shell ends by itself; `bash` would also run it when a signal ends it, and say 0.
    static let exitReport: String? = {
        var resolved = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard realpath("/bin/sh", &resolved) != nil else { return nil }
        let path = String(decoding: resolved.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard ["dash", "busybox"].contains((path as NSString).lastPathComponent) else { return nil }
        return #"trap 'printf %s $? 2>/dev/null >"$AKU_WORK/exit" || :' 0"#
    }()

    /// Attempts of an earlier server that can be carried to their end: the process lives, or said how it ended, and what
    /// it was told of this server is still so.
    func adoptable(_ attempts: [AttemptFolder]) -> [Adoptable] {
        attempts.compactMap { folder in
            guard let note = folder.readNote(), note.server == configuration.baseURL else { return nil }
            return note.isAlive || folder.exitStatus != nil ? Adoptable(path: folder.path, note: note) : nil
        }
    }

    /// Carries an attempt of an earlier server to its end.
    func adopt(_ order: AttemptOrder, _ adopted: Adoptable, control: AttemptControl) async -> AttemptOutcome {
        await attend(order, control, elapsed: adopted.note.isAlive ? adopted.note.age : .zero) { folder in
            finish(order, folder, adopted.note, control)
        }
    }

    private func finish(
        _ order: AttemptOrder,
        _ folder: AttemptFolder,
        _ note: ProcessNote,
        _ control: AttemptControl
    ) -> AttemptOutcome {
        do {
            // Its environment stays in use; it is there already.
            guard let python = try python(order, folder, control) else { return .stopped(.shutdown) }
            defer { python.release() }
            control.adopted(note)
            while note.isAlive { usleep(10_000) }
            control.endAdopted(folder.path)
            guard let status = folder.exitStatus else {
                if let reason = control.stopReason { return stopped(reason, order, folder) }
                return .lost(
                    PlatformError(
                        .taskLost,
                        "The task's process ended while no server watched it, and did not say how.",
                        nextStep: "Nothing up to \(RunMachine.maximumLosses) times: the task is repeated."
                    )
                )
            }
            return try conclude(order, folder, control, .exit(status))
        } catch {
            return failed(error, order, folder, control)
        }
    }
}

extension AttemptFolder {
    /// Which process runs the attempt; nil when none was noted.
    func readNote() -> ProcessNote? {
        FileManager.default.contents(atPath: note).flatMap { try? JSONDecoder().decode(ProcessNote.self, from: $0) }
    }

    /// What the shell said when it ended; nil before, and when it was killed.
    var exitStatus: Int32? {
        FileManager.default.contents(atPath: path + "/exit").flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
    }
}

extension ProcessNote {
    /// How long the process has been there, by the clock of the machine's boot.
    var age: Duration {
        let text = FileManager.default.contents(atPath: "/proc/uptime").map { String(decoding: $0, as: UTF8.self) }
        guard let uptime = text?.split(separator: " ").first.flatMap({ Double($0) }) else { return .zero }
        let ticksPerSecond = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        return .milliseconds(Int64(max(0, uptime - Double(startTicks) / ticksPerSecond) * 1000))
    }
}
