import Foundation
import Primitives
import Yams

/// Reads `dvc.yaml`: each stage becomes a task that finds its dependencies where DVC has them, and hands its outputs over
/// from where the command wrote them. Stages of `foreach` and `matrix` become one task each.
package struct DVCImport {
    private let folder: String
    private let prefix: String
    private var stages: [DVCStage] = []
    private var pipeline: ImportedPipeline

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: `dvc.yaml`.
    ///   - name: of the pipeline; nil for that of the file's folder.
    ///   - prefix: the way from the folder of the new file to that of `dvc.yaml`, empty or with a slash at its end.
    /// - Throws: `file_missing`, `pipeline_import_failed`.
    package static func read(_ path: String, name: String? = nil, prefix: String = "") throws -> ImportedPipeline {
        let url = URL(fileURLWithPath: path).standardizedFileURL, folder = url.deletingLastPathComponent().path
        var reader = DVCImport(
            folder: folder,
            prefix: prefix,
            pipeline: ImportedPipeline(
                name: name ?? ImportedPipeline.name((folder as NSString).lastPathComponent, besides: [])
            )
        )
        try reader.read(reader.node(path))
        reader.makeTasks()
        return reader.pipeline
    }

    private init(folder: String, prefix: String, pipeline: ImportedPipeline) {
        self.folder = folder
        self.prefix = prefix
        self.pipeline = pipeline
    }

    private func node(_ path: String) throws -> Node {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlatformError(.fileMissing, "The file '\(path)' cannot be read.", context: ["path": path])
        }
        guard data.count <= PipelineDefinition.maximumBytes else {
            throw PlatformError(.pipelineTooLarge, "'\(path)' has \(data.count) bytes, which is too many.")
        }
        do {
            guard let node = try Yams.compose(yaml: String(decoding: data, as: UTF8.self)) else {
                return .mapping(Node.Mapping([]))
            }
            return node
        } catch {
            throw PlatformError(.pipelineImportFailed, "'\(path)' is no YAML that can be read: \(error).")
        }
    }

    private mutating func note(_ line: Int, _ text: String) {
        pipeline.notes.append(.init(line: line, text: text))
    }

    // MARK: - Stages

    private mutating func read(_ root: Node) throws {
        guard case .mapping(let members) = root else {
            throw PlatformError(.pipelineImportFailed, "The file is no dvc.yaml: it is not a mapping.")
        }
        var context = DVCValue.map([])
        let standard = folder + "/params.yaml"
        if FileManager.default.fileExists(atPath: standard) { context = DVCValue(try node(standard)) }
        if let vars = root["vars"] { context = context.merging(try variables(DVCValue(vars), "")) }
        for (key, _) in members {
            guard let name = key.scalar?.string, !["stages", "vars"].contains(name) else { continue }
            note(key.mark?.line ?? 1, "'\(name)' of dvc.yaml")
        }
        guard let node = root["stages"], case .mapping(let stages) = node else {
            throw PlatformError(.pipelineImportFailed, "The file has no 'stages'.")
        }
        for (key, value) in stages {
            guard let name = key.scalar?.string else { continue }
            let line = key.mark?.line ?? 1
            do {
                try expand(name, line, DVCValue(value), context)
            } catch let error as PlatformError {
                throw PlatformError(
                    error.code,
                    "line \(line), stage '\(name)': \(error.message)",
                    nextStep: error.nextStep
                )
            }
            guard self.stages.count <= PipelineDefinition.maximumTasks else {
                throw PlatformError(.pipelineTooMany, "There are more than \(PipelineDefinition.maximumTasks) stages.")
            }
        }
        for stage in self.stages { for remark in stage.remarks { note(stage.line, remark) } }
    }

    /// One stage, or those of `foreach` and `matrix`, with the names that DVC gives them.
    private mutating func expand(_ name: String, _ line: Int, _ value: DVCValue, _ context: DVCValue) throws {
        var context = context
        if let vars = value["vars"] { context = context.merging(try variables(vars, value["wdir"]?.scalar ?? "")) }
        var variants: [(suffix: String, item: DVCValue, key: String)] = []
        if let each = try value["foreach"]?.resolved(in: context) {
            switch each {
            case .map(let members): variants = members.map { ($0.key, $0.value, $0.key) }
            case .list(let elements):
                variants = elements.enumerated().map { index, element in
                    (element.scalar ?? String(index), element, element.scalar ?? String(index))
                }
            default: throw PlatformError(.pipelineImportFailed, "'foreach' is neither a list nor a mapping.")
            }
        } else if case .map(let axes) = try value["matrix"]?.resolved(in: context) {
            var combinations: [[(axis: String, word: String, value: DVCValue)]] = [[]]
            for (axis, values) in axes {
                combinations = combinations.flatMap { combination in
                    values.elements.enumerated().map { index, element in
                        combination + [(axis, element.scalar ?? "\(axis)\(index)", element)]
                    }
                }
                guard combinations.count <= PipelineDefinition.maximumTasks else { break }
            }
            variants = combinations.map { combination in
                let suffix = combination.map(\.word).joined(separator: "-")
                return (suffix, .map(combination.map { ($0.axis, $0.value) }), suffix)
            }
        } else {
            stages.append(try stage(name, line, value.resolved(in: context)))
            return
        }
        let body = value["do"] ?? value.without(["matrix"])
        for variant in variants {
            let own = context.merging(.map([("item", variant.item), ("key", .text(variant.key))]))
            stages.append(try stage("\(name)@\(variant.suffix)", line, body.resolved(in: own)))
        }
    }

    private func stage(_ name: String, _ line: Int, _ value: DVCValue) throws -> DVCStage {
        var stage = try DVCStage(name: name, line: line, value)
        stage.task = ImportedPipeline.name(name, besides: stages.map(\.task))
        return stage
    }

    /// The values of `vars`: mappings, and files or keys of files.
    private func variables(_ value: DVCValue, _ wdir: String) throws -> DVCValue {
        var out = DVCValue.map([])
        for element in value.elements {
            guard let text = element.scalar else {
                out = out.merging(element)
                continue
            }
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            let path = DVCStage.path(parts.first ?? "", from: wdir) ?? ""
            let file = DVCValue(try node("\(folder)/\(path)"))
            guard parts.count == 2 else {
                out = out.merging(file)
                continue
            }
            for key in parts[1].split(separator: ",") {
                if let value = file[String(key)] { out = out.merging(.map([(String(key), value)])) }
            }
        }
        return out
    }

    // MARK: - Tasks

    private mutating func makeTasks() {
        var producers: [String: (task: String, output: String)] = [:]
        for stage in stages {
            var names: [String] = []
            for path in stage.writes {
                let name = ImportedPipeline.name((path as NSString).lastPathComponent, besides: names, withDots: false)
                names.append(name)
                producers[path] = (stage.task, name)
            }
        }
        for stage in stages { pipeline.tasks.append(task(stage, producers)) }
    }

    private mutating func task(
        _ stage: DVCStage,
        _ producers: [String: (task: String, output: String)]
    ) -> ImportedPipeline.Task {
        var task = ImportedPipeline.Task(name: stage.task)
        task.note = stage.name == stage.task ? stage.description : "\(stage.name) \(stage.description)"
        task.isCached = !stage.isAlwaysChanged
        // Where each thing lies, and what stands there.
        var files: [String] = [], links: [String: String] = [:]
        for path in stage.needs {
            let made = producers.keys.filter { $0 == path || path.hasPrefix($0 + "/") || $0.hasPrefix(path + "/") }
                .filter { producers[$0]?.task != stage.task }.sorted()
            for out in made {
                guard let producer = producers[out], links[out] == nil else { continue }
                let name = ImportedPipeline.name(producer.output, besides: task.inputs.keys, withDots: false)
                task.inputs[name] = "\(producer.task).\(producer.output)"
                links[out] = name
            }
            if made.contains(where: { $0 == path || path.hasPrefix($0 + "/") }) { continue }
            if !made.isEmpty {
                note(stage.line, "what lies in '\(path)' besides outputs of stages, which stage '\(stage.name)' needs")
            } else if FileManager.default.fileExists(atPath: "\(folder)/\(path)") {
                files.append(path)
            } else {
                note(stage.line, "'\(path)', which stage '\(stage.name)' needs, is not there; 'dvc pull' may bring it")
            }
        }
        let places = carriers(files, stage)
        task.code = Set(places.values.map { prefix + $0.carrier }).sorted()
        task.run = command(stage, places, links, producers)
        task.outputs = stage.writes.compactMap { producers[$0]?.output }
        return task
    }

    /// The code path for each file: the file itself, or its top folder where another has the same last name.
    private mutating func carriers(_ files: [String], _ stage: DVCStage) -> [String: (carrier: String, place: String)] {
        func last(_ path: String) -> String { (path as NSString).lastPathComponent }
        var out: [String: (carrier: String, place: String)] = [:]
        var names: [String: String] = [:]
        for file in files {
            let isAlone = files.count { last($0) == last(file) } == 1
            let top = file.split(separator: "/").first.map(String.init) ?? file
            let carrier = isAlone ? file : top
            guard names[last(carrier), default: carrier] == carrier else {
                note(stage.line, "'\(file)' of stage '\(stage.name)': two files that it needs have one name")
                continue
            }
            names[last(carrier)] = carrier
            out[file] = (carrier, isAlone ? last(file) : file)
        }
        return out
    }

    /// The command in a folder that looks to it as DVC's own.
    private func command(
        _ stage: DVCStage,
        _ files: [String: (carrier: String, place: String)],
        _ links: [String: String],
        _ producers: [String: (task: String, output: String)]
    ) -> String {
        let shell = ImportedPipeline.shell
        func parent(_ path: String) -> String { (("repo/" + path) as NSString).deletingLastPathComponent }
        var lines: [String] = []
        // A folder before what lies in it.
        for file in files.keys.sorted() {
            guard let place = files[file]?.place else { continue }
            lines.append("mkdir -p \(shell(parent(file)))")
            lines.append("cp -R \(shell("code/" + place)) \(shell("repo/" + file))")
        }
        if !files.isEmpty { lines.append("chmod -R u+w repo") }
        for (path, input) in links.sorted(by: { $0.key < $1.key }) {
            lines.append("mkdir -p \(shell(parent(path)))")
            lines.append("ln -s \"$PWD\"/${inputs.\(input)} \(shell("repo/" + path))")
        }
        let folder = stage.folder.isEmpty ? "repo" : "repo/" + stage.folder
        let folders = Set([folder] + stage.writes.map(parent)).sorted()
        lines.append("mkdir -p \(folders.map(shell).joined(separator: " "))")
        // DVC's shell goes on after a command that fails inside a line, and knows no unset variables.
        for command in stage.commands {
            lines.append("(cd \(shell(folder)); set +eu")
            lines.append(command.trimmingCharacters(in: .newlines))
            lines.append(")")
        }
        for path in stage.writes {
            if let output = producers[path]?.output { lines.append("mv \(shell("repo/" + path)) ${outputs.\(output)}") }
        }
        var seen: Set<String> = []
        return lines.filter { !$0.hasPrefix("mkdir -p ") || seen.insert($0).inserted }.joined(separator: "\n")
    }
}

extension DVCValue {
    /// A mapping without some of its keys.
    fileprivate func without(_ keys: [String]) -> DVCValue {
        guard case .map(let members) = self else { return self }
        return .map(members.filter { !keys.contains($0.key) })
    }
}
