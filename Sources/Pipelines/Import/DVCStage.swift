import Primitives

/// One stage of `dvc.yaml`, every template replaced, paths from the file's own folder.
struct DVCStage: Sendable {
    let name: String
    let line: Int
    var task = ""
    let folder: String
    let commands: [String]
    let needs: [String]
    let writes: [String]
    let isAlwaysChanged: Bool
    let description: String
    /// What of it is not carried over.
    private(set) var remarks: [String] = []

    /// - Parameter value: the stage without `foreach`, `do` and `matrix`.
    init(name: String, line: Int, _ value: DVCValue) throws {
        self.name = name
        self.line = line
        let folder = Self.path(value["wdir"]?.scalar ?? ".", from: "")
        guard let folder else {
            throw PlatformError(.pipelineImportFailed, "Stage '\(name)' works in a folder outside that of dvc.yaml.")
        }
        self.folder = folder
        commands = value["cmd"]?.texts ?? []
        guard !commands.isEmpty else { throw PlatformError(.pipelineImportFailed, "Stage '\(name)' has no cmd.") }
        isAlwaysChanged = value["always_changed"]?.scalar == "true"
        description = value["desc"]?.scalar ?? ""
        var remarks: [String] = []
        func paths(_ texts: [String], _ what: String) -> [String] {
            texts.compactMap { text in
                if let path = Self.path(text, from: folder), !path.isEmpty { return path }
                remarks.append("\(what) '\(text)' of stage '\(name)' lies outside the folder of dvc.yaml")
                return nil
            }
        }
        var files: [String] = [], selects = false
        for entry in value["params"]?.elements ?? [] {
            switch entry {
            case .map(let members):
                files += members.map(\.key)
                selects = selects || members.contains { !$0.value.texts.isEmpty }
            default:
                files.append("params.yaml")
                selects = true
            }
        }
        if selects {
            remarks.append(
                "stage '\(name)' is executed again when anything in \(Set(files).sorted().joined(separator: ", ")) "
                    + "changes, not only the parameters that it names"
            )
        }
        needs = Self.once(paths(value["deps"]?.texts ?? [], "dependency") + paths(files, "file of parameters"))
        var outs: [String] = []
        for key in ["outs", "metrics", "plots"] {
            for entry in value[key]?.elements ?? [] {
                guard case .map(let members) = entry else {
                    outs += entry.texts
                    continue
                }
                for (path, settings) in members {
                    outs.append(path)
                    for setting in ["persist", "remote"]
                    where settings[setting] != nil && settings[setting]?.scalar != "false" {
                        remarks.append("'\(setting)' of output '\(path)' of stage '\(name)'")
                    }
                }
            }
        }
        writes = Self.once(paths(outs, "output"))
        if value["frozen"]?.scalar == "true" {
            remarks.append("stage '\(name)' is frozen; here it is executed when it has not been yet")
        }
        self.remarks = remarks
    }

    /// A path from the folder of the file, without `.` and `..`; nil for what lies outside, and for addresses.
    static func path(_ text: String, from folder: String) -> String? {
        guard !text.hasPrefix("/"), !text.contains("://") else { return nil }
        var parts = folder.split(separator: "/").map(String.init)
        for part in text.split(separator: "/") where part != "." {
            if part == ".." {
                if parts.popLast() == nil { return nil }
            } else {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }

    private static func once(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}

extension DVCValue {
    /// Elements of a list; nothing for anything else.
    var elements: [DVCValue] { if case .list(let elements) = self { elements } else { [] } }
}
