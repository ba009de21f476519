import Client
import Dispatch
import Foundation
import Pipelines
import Primitives
import Storage
import WireAPI

/// Executes one attempt where it stands: fetches code and inputs by digest, runs the command, uploads the outputs, and
/// tells the server about it all the while.
struct TaskWorker {
    let client: AkuClient
    let run: String
    let task: String
    let order: TaskClaimBody.Order
    /// The `PATH` of the task, unless it declares one; nil for that of a process of the platform.
    var path: String?

    private static let interval = Duration.seconds(2)
    /// The most log of one report.
    private static let reportBytes = 256 << 10
    /// So many refused connections in a row, a second apart.
    private static let maximumFailures = 300

    /// Runs the attempt in a folder of its own, which is gone afterwards.
    ///
    /// - Returns: what the server was told.
    func work(in parent: String, python: String?) async throws -> AttemptOutcomeBody {
        let folder = "\(parent)/aku-task-\(IdentifierSource.system())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { Self.remove(folder) }
        let objects = try ObjectStore(root: folder + "/objects")
        let control = AttemptControl()
        let signals = Self.watchSignals(control)
        defer { for signal in signals { signal.cancel() } }
        let body: AttemptOutcomeBody
        do {
            try await fetch(into: objects, through: folder)
            let attempt = try DetachedAttempt(
                attemptOrder(),
                objects: objects,
                configuration: configuration(folder + "/work", python)
            )
            let outcome = await follow(attempt, control)
            body = try await keep(outcome, objects, folder + "/outputs")
        } catch {
            let error = error as? PlatformError ?? PlatformError(.taskStartFailed, "\(error)")
            body = AttemptOutcomeBody(state: "lost", failure: Self.failure(error))
        }
        try await tell(body)
        return body
    }

    // MARK: - Objects

    private func fetch(into objects: ObjectStore, through folder: String) async throws {
        let incoming = folder + "/incoming"
        let inputs = Dictionary(grouping: order.inputs, by: \.kind).mapValues { $0.map(\.digest) }
        var trees: [Tree] = []
        for digest in (inputs[OutputKind.tree.rawValue] ?? []) + [order.code].compactMap({ $0 }) {
            trees.append(try await Self.patiently { try await client.tree(digest) })
        }
        let locks = [order.lock?.digest].compactMap { $0 }
        let files = (inputs[OutputKind.file.rawValue] ?? []) + locks + trees.flatMap { $0.entries.map(\.digest) }
        for digest in files where !objects.contains(digest) {
            try await Self.patiently { try await client.downloadObject(digest, to: incoming) }
            _ = try objects.put(file: incoming)
            try FileManager.default.removeItem(atPath: incoming)
        }
        // Last: the store takes only trees whose files it has.
        for tree in trees { _ = try objects.put(tree: tree) }
    }

    private func upload(_ output: TaskOutput, _ objects: ObjectStore, _ path: String) async throws {
        let sent: Digest
        switch output.kind {
        case .file:
            try objects.materialise(output.digest, at: path, executable: false)
            sent = try await Self.patiently { try await client.uploadObject(file: path).digest }
        case .tree:
            try objects.materialise(tree: output.digest, at: path)
            sent = try await Self.patiently { try await client.uploadTree(directory: path).digest }
        }
        guard sent == output.digest else {
            throw PlatformError(.internalError, "Output '\(output.name)' changed while it was sent.")
        }
    }

    // MARK: - The attempt

    private func attemptOrder() throws -> AttemptOrder {
        var inputs: [String: TaskOutput] = [:]
        for input in order.inputs {
            guard let kind = OutputKind(rawValue: input.kind) else {
                throw PlatformError(.internalError, "The server sent an input of the unknown kind '\(input.kind)'.")
            }
            inputs[input.name] = TaskOutput(name: input.name, digest: input.digest, kind: kind, bytes: input.bytes)
        }
        guard let network = NetworkAccess(rawValue: order.network) else {
            throw PlatformError(.internalError, "The server sent the unknown network '\(order.network)'.")
        }
        var attempt = AttemptOrder(
            run: run,
            pipeline: order.pipeline,
            task: task,
            attempt: order.attempt,
            command: order.command,
            code: order.code,
            inputs: inputs,
            outputs: order.outputs,
            environment: (path.map { ["PATH": $0] } ?? [:]).merging(order.environment) { _, declared in declared },
            timeoutSeconds: order.timeoutSeconds
        )
        attempt.network = network
        attempt.inputOrder = order.inputs.map(\.name)
        attempt.builtin = order.builtin.map {
            BuiltinCall(builtin: $0.name, version: $0.version, arguments: $0.arguments)
        }
        if let lock = order.lock {
            attempt.python = .lock(LockFile(name: lock.path, digest: lock.digest))
        } else if order.python == AttemptPython.none.name {
            attempt.python = AttemptPython.none
        }
        return attempt
    }

    private func configuration(_ folder: String, _ python: String?) -> PipelineConfiguration {
        func parent(_ path: String) -> String { URL(fileURLWithPath: path).deletingLastPathComponent().path }
        let environment = ProcessInfo.processInfo.environment
        return PipelineConfiguration(
            workFolder: folder,
            pythonFolder: python.map(parent) ?? "",
            akuFolder: parent(LocalMachine.executablePath),
            baseURL: client.baseURL,
            passedEnvironment: environment.filter { PipelineConfiguration.passedVariables.contains($0.key) },
            places: 1,
            uv: environment["AKU_UV"] ?? "uv",
            uvEnvironment: PipelineConfiguration.uvEnvironment(environment)
        )
    }

    private enum Step: Sendable {
        case ended(AttemptOutcome)
        /// The reports stopped after so many bytes of the log.
        case reported(Int64)
    }

    /// Runs the attempt beside its reports.
    private func follow(_ attempt: DetachedAttempt, _ control: AttemptControl) async -> AttemptOutcome {
        var (outcome, offset) = (AttemptOutcome.stopped(.shutdown), Int64(0))
        await withTaskGroup(of: Step.self) { group in
            group.addTask { .ended(await attempt.run(token: order.token, control: control)) }
            group.addTask {
                var offset: Int64 = 0
                while !Task.isCancelled {
                    let sent = await report(attempt.logPath, from: offset, control) ?? 0
                    offset += sent
                    if sent < Self.reportBytes { try? await Task.sleep(for: Self.interval) }
                }
                return .reported(offset)
            }
            for await step in group {
                switch step {
                case .ended(let ended):
                    outcome = ended
                    group.cancelAll()
                case .reported(let bytes): offset = bytes
                }
            }
        }
        while let sent = await report(attempt.logPath, from: offset, control), sent > 0 { offset += sent }
        return outcome
    }

    /// Sends a part of the log on, to the server and to standard output, and ends the attempt when the server says so.
    ///
    /// - Returns: bytes sent; nil when the server did not answer, which is no reason to end: the log stays, the next
    ///   report tells more.
    private func report(_ log: String, from offset: Int64, _ control: AttemptControl) async -> Int64? {
        let bytes = LogFile.read(log, from: offset, limit: Self.reportBytes)
        let body = AttemptReportBody(log: bytes.base64EncodedString(), offset: offset)
        let reply = try? await client.send(ExternalRunsAPI.report, parameters: attemptParameters, body: body)
        guard let reply else { return nil }
        FileHandle.standardOutput.write(bytes)
        if reply.verdict == ExternalVerdict.cancelled.rawValue { control.stop(.cancelled) }
        if reply.verdict == ExternalVerdict.superseded.rawValue { control.kill(.cancelled) }
        return Int64(bytes.count)
    }

    private func keep(_ outcome: AttemptOutcome, _ objects: ObjectStore, _ folder: String) async throws
        -> AttemptOutcomeBody
    {
        switch outcome {
        case .succeeded(let outputs):
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for output in outputs { try await upload(output, objects, "\(folder)/\(output.name)") }
            return AttemptOutcomeBody(
                state: "succeeded",
                outputs: outputs.map {
                    .init(name: $0.name, digest: $0.digest, kind: $0.kind.rawValue, bytes: $0.bytes)
                }
            )
        case .failed(let error): return AttemptOutcomeBody(state: "failed", failure: Self.failure(error))
        case .stopped(.cancelled): return AttemptOutcomeBody(state: "cancelled")
        case .stopped: return AttemptOutcomeBody(state: "released")
        case .lost(let error): return AttemptOutcomeBody(state: "lost", failure: Self.failure(error))
        }
    }

    /// Tells the outcome until the server has taken or refused it; the same outcome twice is no error there.
    private func tell(_ body: AttemptOutcomeBody) async throws {
        _ = try await Self.patiently {
            try await client.send(ExternalRunsAPI.conclude, parameters: attemptParameters, body: body)
        }
    }

    /// Repeats a request while the server does not answer: it may be restarted while an attempt goes on.
    static func patiently<T>(_ request: () async throws -> T) async throws -> T {
        var failures = 0
        while true {
            do {
                return try await request()
            } catch let error as PlatformError where error.code.kind == .unavailable {
                failures += 1
                guard failures < maximumFailures else { throw error }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private var attemptParameters: [String: String] { ["id": run, "task": task, "attempt": String(order.attempt)] }

    private static func failure(_ error: PlatformError) -> PipelineTaskBody.Failure {
        let tail = error.context["log_tail"].map { "\n" + $0 } ?? ""
        return .init(code: error.code.name, message: error.message + tail, nextStep: error.nextStep)
    }

    /// An engine that ends this process means its task: it is ended too, and may be begun again.
    private static func watchSignals(_ control: AttemptControl) -> [any DispatchSourceSignal] {
        [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { control.stop(.shutdown) }
            source.resume()
            return source
        }
    }

    /// What tasks read is read-only.
    private static func remove(_ folder: String) {
        if let walk = FileManager.default.enumerator(atPath: folder) {
            for case let item as String in walk
            where walk.fileAttributes?[.type] as? FileAttributeType == .typeDirectory {
                chmod("\(folder)/\(item)", 0o700)
            }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
