import CSpawn
import Foundation
import Primitives

/// A process to start.
struct ProcessOrder: Sendable {
    /// For `sh -eu -c`.
    let command: String
    /// The whole environment.
    let environment: [String: String]
    /// The current folder; exists.
    let folder: String
    /// Gets standard output and standard error.
    let log: String
    /// What comes before the shell; see `NetworkIsolation`.
    var launcher: [String] = []
    /// Whether it starts in a network of its own, without a launcher.
    var isCut = false
    /// What the shell does before the command.
    var prelude = ""
}

/// A started process, leader of its own group.
struct ChildProcess: Sendable {
    /// Also the id of its group.
    let id: pid_t

    /// How a process ended.
    enum Ending: Sendable, Hashable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Starts `/bin/sh -eu -c COMMAND` through `posix_spawn`, which does not copy the server's memory as `fork` would.
    ///
    /// The child is as `ProcessSpawn` makes it, and reads nothing.
    ///
    /// - Throws: `task_start_failed` with the system's reason.
    static func start(_ order: ProcessOrder) throws -> ChildProcess {
        // A fixed umask makes the modes of written files independent of the server's.
        let spawn = ProcessSpawn(
            program: order.launcher.isEmpty ? "/bin/sh" : NetworkIsolation.program,
            arguments: order.launcher + ["/bin/sh", "-eu", "-c", "umask 022; \(order.prelude)\n" + order.command],
            environment: order.environment,
            folder: order.folder,
            isCut: order.isCut
        )
        let (id, code) = spawn.start { actions in
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_addopen(&actions, 1, order.log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        guard code == 0 else {
            throw PlatformError(
                .taskStartFailed,
                "No process could be started: \(String(cString: strerror(code))).",
                nextStep: code == E2BIG
                    ? "Shorten the command or its environment." : "Free memory or processes, then run again."
            )
        }
        return ChildProcess(id: id)
    }

    /// Blocks the calling thread until the process has ended; it stays a zombie until it is reaped.
    func waitForEnd() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    }

    /// Waits until nothing is left of the group, whose leader was reaped: a process that was killed takes a moment to be
    /// gone, and must not write while its outputs are read. At most a second; where nobody reaps orphans (an init that
    /// does not, but is not this program) they stay, dead, for longer.
    func waitForGroup() {
        var pause: UInt32 = 100
        while kill(-id, 0) == 0, pause < 800_000 {
            // Orphans are this program's to reap where it is the init of a container.
            while waitpid(-id, nil, WNOHANG) > 0 {}
            usleep(pause)
            pause *= 2
        }
    }

    /// Reads the status of `waitpid`.
    static func ending(_ status: Int32) -> Ending {
        let signal = status & 0x7f
        return signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
    }
}
