import Foundation
import Primitives

/// What Linux tells about processes (proc(5)).
enum ProcessTable {
    /// When a process started, in clock ticks since boot, or nil when it is gone or a zombie. Together with the id it
    /// names
    /// one process for as long as the machine is up.
    static func startTicks(_ process: pid_t) -> UInt64? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        // The name in brackets may hold spaces and brackets; the last one ends it. State is field 3, start time field
        // 22.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }

    /// The machine's present boot; process ids of another boot mean nothing.
    static func bootID() -> String { boot }

    /// Read once: it does not change while this program runs.
    private static let boot: String = {
        let data = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id") ?? Data()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    /// Every process whose environment has the variable with a value that begins so. Needs the same user.
    static func processes(with variable: String, beginning prefix: String) -> [pid_t] {
        values(of: variable).filter { $0.value.hasPrefix(prefix) }.map(\.process)
    }

    /// Every process whose environment has the variable, with its value.
    static func values(of variable: String) -> [(process: pid_t, value: String)] {
        let wanted = Data("\(variable)=".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap { process in
            guard process != getpid(),
                let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
                let entry = environment.split(separator: 0).first(where: { $0.starts(with: wanted) })
            else { return nil }
            return (process, String(decoding: entry.dropFirst(wanted.count), as: UTF8.self))
        }
    }
}

/// The note beside a running attempt: which process it is. Written without `fsync`: it must outlive the server, and no
/// process outlives the machine.
struct ProcessNote: Codable, Sendable, Hashable {
    /// The process and its group.
    let process: pid_t
    /// See `ProcessTable.startTicks`.
    let startTicks: UInt64
    /// See `ProcessTable.bootID`.
    let boot: String
    /// The address of the server, where the process says how it ends and may so be taken on by the next one.
    var server: String?

    /// Writes the note. Foundation's own way would wait for the disk, which costs a task more than its spawn.
    func write(to path: String) throws {
        let data = try CanonicalJSON.encode(self)
        guard let file = fopen(path, "w") else { return }
        defer { fclose(file) }
        data.withUnsafeBytes { bytes in _ = fwrite(bytes.baseAddress, 1, bytes.count, file) }
    }

    /// Whether the process of the note is still there, and no other under its number.
    var isAlive: Bool { boot == ProcessTable.bootID() && ProcessTable.startTicks(process) == startTicks }
}
