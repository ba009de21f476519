import Foundation
import Primitives
import Server

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
        let isFree = LoopbackPort.probe(port) != nil
        return DoctorFinding(
            name: "port \(port)",
            state: isFree ? .fine : .warning,
            detail: isFree ? "free on 127.0.0.1" : "in use on 127.0.0.1",
            fix: isFree ? "" : "Fine if a server already runs; else start with 'aku up --port N'."
        )
    }

    private func memory() -> DoctorFinding {
        guard let kibibytes = ProcFile.kibibytes("MemAvailable", in: "/proc/meminfo") else {
            return DoctorFinding(name: "memory", state: .warning, detail: "unknown", fix: "")
        }
        let available = Double(kibibytes) / 1_048_576
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
