import Foundation
import Primitives

/// Looks at the machine itself: disk, data folder, port, memory.
struct MachineCheck {
    let dataFolder: String
    let port: Int

    func run() -> [DoctorFinding] { [folder(), disk(), portState(), memory()] }

    private func folder() -> DoctorFinding {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: dataFolder, isDirectory: &isFolder) {
            guard isFolder.boolValue, access(dataFolder, W_OK) == 0 else {
                return DoctorFinding(
                    name: "data folder",
                    state: .missing,
                    detail: "\(dataFolder) cannot be written",
                    fix: "Choose another with --data or AKU_DATA, or change its owner."
                )
            }
            return DoctorFinding(name: "data folder", state: .fine, detail: dataFolder, fix: "")
        }
        let parent = existingParent
        let isWritable = access(parent, W_OK) == 0
        return DoctorFinding(
            name: "data folder",
            state: isWritable ? .fine : .missing,
            detail: isWritable ? "\(dataFolder) (will be made)" : "\(parent) cannot be written",
            fix: isWritable ? "" : "Choose another with --data or AKU_DATA."
        )
    }

    private func disk() -> DoctorFinding {
        var status = statvfs()
        guard statvfs(existingParent, &status) == 0 else {
            return DoctorFinding(name: "disk", state: .warning, detail: "free space unknown", fix: "")
        }
        let free = Double(status.f_bavail) * Double(status.f_frsize) / 1_073_741_824
        let isEnough = free >= 2
        return DoctorFinding(
            name: "disk",
            state: isEnough ? .fine : .warning,
            detail: String(format: "%.1f GiB free", free),
            fix: isEnough ? "" : "Make room: a training run and its packages take about 1 GiB."
        )
    }

    /// Tries to bind the port, as the server would.
    private func portState() -> DoctorFinding {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var yes: Int32 = 1
        setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let isFree = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        return DoctorFinding(
            name: "port \(port)",
            state: isFree ? .fine : .warning,
            detail: isFree ? "free on 127.0.0.1" : "in use on 127.0.0.1",
            fix: isFree ? "" : "Fine if a server already runs; else start with 'aku up --port N'."
        )
    }

    private func memory() -> DoctorFinding {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let kibibytes = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
            .flatMap { Double($0.split(whereSeparator: { !$0.isNumber }).first ?? "") }
        guard let kibibytes else { return DoctorFinding(name: "memory", state: .warning, detail: "unknown", fix: "") }
        let available = kibibytes / 1_048_576
        let isEnough = available >= 2
        return DoctorFinding(
            name: "memory",
            state: isEnough ? .fine : .warning,
            detail: String(format: "%.1f GiB available", available),
            fix: isEnough ? "" : "Training the reference pipeline takes about 2 GiB."
        )
    }

    private var existingParent: String {
        var path = URL(fileURLWithPath: dataFolder).standardizedFileURL
        while !FileManager.default.fileExists(atPath: path.path), path.path != "/" { path.deleteLastPathComponent() }
        return path.path
    }
}
