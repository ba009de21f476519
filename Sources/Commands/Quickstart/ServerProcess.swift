import Foundation
import Primitives

/// A server that the quickstart starts for itself: `aku up` on a free port over its own data folder.
struct ServerProcess {
    /// Where it answers.
    let url: String
    /// Its process.
    let pid: Int32

    private struct Ready: Codable {
        let url: String
        let pid: Int32
    }

    /// Starts a server and waits until it listens (at most 60 s).
    ///
    /// - Throws: `quickstart_server_failed` with the end of its log.
    static func start(dataFolder: String, python: String?) throws -> ServerProcess {
        try stop(dataFolder: dataFolder)
        try FileManager.default.createDirectory(atPath: dataFolder, withIntermediateDirectories: true)
        let logPath = "\(dataFolder)/server.log"
        guard FileManager.default.createFile(atPath: logPath, contents: nil) else {
            throw PlatformError(
                .fileMissing,
                "'\(logPath)' cannot be written.",
                nextStep: "Choose a folder with --data."
            )
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: LocalMachine.executablePath)
        process.arguments =
            ["up", "--data", dataFolder, "--port", "0", "--json"] + (python.map { ["--python", $0] } ?? [])
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: logPath)
        try process.run()
        guard let line = firstLine(of: output.fileHandleForReading),
            let ready = try? JSONDecoder().decode(Ready.self, from: line)
        else {
            process.terminate()
            let log = (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? ""
            throw PlatformError(
                ErrorCode("quickstart_server_failed", .unavailable),
                "The server did not start: \(log.suffix(600))",
                nextStep: "Run 'aku doctor', then 'aku up --data \(dataFolder)' to see it fail by itself."
            )
        }
        try line.write(to: URL(fileURLWithPath: recordPath(dataFolder)))
        return ServerProcess(url: ready.url, pid: ready.pid)
    }

    /// Asks the server over this folder, if one runs, to stop, and waits until it is gone (at most 30 s).
    static func stop(dataFolder: String) throws {
        guard let data = FileManager.default.contents(atPath: recordPath(dataFolder)),
            let ready = try? JSONDecoder().decode(Ready.self, from: data)
        else { return }
        try? FileManager.default.removeItem(atPath: recordPath(dataFolder))
        guard isAku(ready.pid), kill(ready.pid, SIGTERM) == 0 else { return }
        for _ in 0..<300 where isAku(ready.pid) { usleep(100_000) }
        if isAku(ready.pid) { kill(ready.pid, SIGKILL) }
    }

    private static func recordPath(_ dataFolder: String) -> String { "\(dataFolder)/server.json" }

    /// Whether a process id still belongs to this program: ids are re-used.
    private static func isAku(_ pid: Int32) -> Bool {
        guard let command = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8) else { return false }
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return command.hasPrefix("aku") && !status.contains(") Z ")
    }

    private static func firstLine(of handle: FileHandle) -> Data? {
        var line = Data()
        while true {
            let piece = handle.availableData
            if piece.isEmpty { return nil }
            line.append(piece)
            if let end = line.firstIndex(of: UInt8(ascii: "\n")) { return line[..<end] }
        }
    }
}
