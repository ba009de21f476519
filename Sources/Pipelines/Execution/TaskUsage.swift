import Foundation
import Primitives
import Storage

/// What the processes of attempts took of the machine, as the kernel counted when they were reaped.
package struct TaskUsage: Sendable, Hashable {
    /// Time on processors, of the command and of all that it waited for.
    package var cpuMilliseconds: Int64
    /// The most memory that one of its processes held at one time.
    package var peakMemoryBytes: Int64

    init(cpuMilliseconds: Int64, peakMemoryBytes: Int64) {
        self.cpuMilliseconds = cpuMilliseconds
        self.peakMemoryBytes = peakMemoryBytes
    }

    init(_ usage: rusage) {
        let seconds = Int64(usage.ru_utime.tv_sec) + Int64(usage.ru_stime.tv_sec)
        let microseconds = Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec)
        // Linux counts memory in KiB, Darwin in bytes.
        #if canImport(Darwin)
            let unit: Int64 = 1
        #else
            let unit: Int64 = 1024
        #endif
        self.init(
            cpuMilliseconds: seconds * 1000 + microseconds / 1000,
            peakMemoryBytes: Int64(usage.ru_maxrss) * unit
        )
    }

    /// Nil where no attempt was measured.
    init?(_ row: SQLRow) throws {
        guard let cpu = try row.optionalInteger("cpu_ms") else { return nil }
        self.init(cpuMilliseconds: cpu, peakMemoryBytes: try row.optionalInteger("peak_memory_bytes") ?? 0)
    }

    /// With what another process, or attempt, took.
    func adding(_ other: TaskUsage) -> TaskUsage {
        TaskUsage(
            cpuMilliseconds: cpuMilliseconds + other.cpuMilliseconds,
            peakMemoryBytes: max(peakMemoryBytes, other.peakMemoryBytes)
        )
    }

    /// Adds what an attempt took to its task's row.
    func add(to run: String, _ task: String, attempt: Int, in transaction: any SQLTransaction) throws {
        try transaction.execute(
            """
            UPDATE pipeline_task SET cpu_ms = COALESCE(cpu_ms, 0) + ?,
                peak_memory_bytes = CASE WHEN COALESCE(peak_memory_bytes, 0) < ? THEN ? ELSE peak_memory_bytes END
            WHERE run_id = ? AND task = ? AND attempt = ?
            """,
            [
                .integer(cpuMilliseconds), .integer(peakMemoryBytes), .integer(peakMemoryBytes), .text(run),
                .text(task),
                .integer(Int64(attempt)),
            ]
        )
    }
}
