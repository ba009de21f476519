import Foundation
import Primitives
import Storage
import Synchronization

/// Looks at the server's Python. Nothing is read again until a folder or the program has changed: installing, upgrading
/// and removing a distribution each change the time of `site-packages`.
package final class InterpreterReader: Sendable {
    /// What a file or folder looked like.
    private struct Mark: Hashable {
        let path: String
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.path = path
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    private struct State {
        var marks: [Mark] = []
        var interpreter: Interpreter?
    }

    private let folder: String
    private let state = Mutex(State())

    /// A reader of the Python in a folder of programs (`bin` of a virtual environment); an empty name is none.
    package init(folder: String) {
        self.folder = folder
    }

    /// The interpreter as it is now; nil when there is none.
    package func current() -> Interpreter? {
        guard !folder.isEmpty else { return nil }
        return state.withLock { state in
            if !state.marks.isEmpty, state.marks.allSatisfy({ Mark($0.path) == $0 }) { return state.interpreter }
            state = Self.read(folder)
            return state.interpreter
        }
    }

    // MARK: - Reading

    private static func read(_ folder: String) -> State {
        guard let program = program(in: folder) else { return State(marks: [folder].compactMap { Mark($0) }) }
        let prefix = (folder as NSString).deletingLastPathComponent
        let settings = settings(prefix + "/pyvenv.cfg")
        var folders = sitePackages(of: prefix)
        // A virtual environment that looks into its base, or no virtual environment at all.
        if let home = settings["home"], settings["include-system-site-packages"]?.lowercased() == "true" {
            folders += sitePackages(of: (home as NSString).deletingLastPathComponent)
        }
        let parents = folders.map { (($0 as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent }
        let paths = [program, folder, prefix, prefix + "/pyvenv.cfg"] + folders + Set(parents).sorted()
        // Before the lists: what is installed meanwhile is seen the next time.
        let marks = paths.compactMap { Mark($0) }
        let packages = Set(folders.flatMap(distributions)).sorted()
        let version = settings["version"] ?? settings["version_info"] ?? (program as NSString).lastPathComponent
        let interpreter = digest(of: program).map { Interpreter(version: version, binary: $0, packages: packages) }
        return State(marks: marks, interpreter: interpreter)
    }

    private static func program(in folder: String) -> String? {
        for name in ["python", "python3"] {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            guard realpath("\(folder)/\(name)", &buffer) != nil else { continue }
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return nil
    }

    private static func settings(_ path: String) -> [String: String] {
        let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        var out: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let key = line[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
            out[key] = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return out
    }

    /// Folders of distributions below a prefix: `lib/python3.N/site-packages`, and Debian's.
    private static func sitePackages(of prefix: String) -> [String] {
        var out: [String] = []
        for library in ["\(prefix)/lib", "\(prefix)/lib64", "\(prefix)/local/lib"] {
            let names = ((try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []).sorted()
            for name in names where name.hasPrefix("python3") {
                for kind in ["site-packages", "dist-packages"] {
                    let path = "\(library)/\(name)/\(kind)"
                    if access(path, R_OK | X_OK) == 0 { out.append(path) }
                }
            }
        }
        return out
    }

    /// `torch-2.13.0.dist-info` is torch==2.13.0.
    private static func distributions(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { entry in
            guard let ending = [".dist-info", ".egg-info"].first(where: entry.hasSuffix) else { return nil }
            let parts = entry.dropLast(ending.count).split(separator: "-", maxSplits: 1)
            guard let name = parts.first, parts.count == 2 else { return nil }
            return normalised(String(name)) + "==" + parts[1]
        }
    }

    /// PEP 503: lower case, runs of `-`, `_` and `.` are one `-`.
    private static func normalised(_ name: String) -> String {
        name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }

    private static func digest(of path: String) -> Digest? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        var hash = SHA256Stream()
        while let data = try? file.read(upToCount: 1 << 20), !data.isEmpty { hash.update(data) }
        return hash.finalize()
    }
}
