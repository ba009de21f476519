import Client
import Foundation
import Pipelines
import Primitives
import Synchronization
import WireAPI

/// The loop, step by step, against a running server. Every figure of the report is read off the server or counted here.
struct QuickstartLoop {
    /// What has been measured.
    private(set) var report = QuickstartReport()

    /// What the first run was given: traffic is drawn in the same proportions.
    private var parameters: [String: JSONValue] = [:]
    private let plan: QuickstartPlan
    private let client: AkuClient
    private let server: ServerProcess
    private let watcher: RunWatcher

    private static let endpoint = "intent"
    private static let model = "intent"
    /// Clients that send at once while traffic is measured.
    private static let clients = 4
    /// Seconds that a retraining may take.
    private static let retrainingSeconds = 3600

    init(plan: QuickstartPlan, client: AkuClient, server: ServerProcess) {
        self.plan = plan
        self.client = client
        self.server = server
        watcher = RunWatcher(client: client, isSilent: false)
    }

    /// Runs every step.
    mutating func run() async throws {
        let clock = ContinuousClock()
        let began = clock.now
        try await replayFromTheStart()
        try await trainFirstModel()
        let traffic = try makeTraffic()
        try await sendKnown(traffic.known)
        if let alert = try await sendShifted(traffic.shifted) {
            try await followRetraining(alert, traffic.mixed)
            try await measureAfter(traffic.mixed)
        }
        try await traceAndVerify()
        report.wallSeconds = (clock.now - began) / .seconds(1)
        readProcess()
    }

    // MARK: - Steps

    /// A second quickstart finds its models registered; it lets go of the aliases, so that the loop begins as it did.
    private func replayFromTheStart() async throws {
        let models = try await client.send(ModelsAPI.list).models
        guard let model = models.first(where: { $0.name == Self.model }), !model.aliases.isEmpty else { return }
        say("replaying: the aliases of '\(Self.model)' are removed; models, data and task outputs are kept")
        for alias in model.aliases.keys {
            _ = try await client.sendRaw(
                .delete,
                path: "/api/2.0/mlflow/registered-models/alias",
                contentType: "application/json",
                body: CanonicalJSON.encode(["name": Self.model, "alias": alias])
            )
        }
    }

    private mutating func trainFirstModel() async throws {
        title("pipeline: collect → anonymise → split → train → evaluate → package → register → gate → deploy")
        let triggers = try String(contentsOfFile: plan.triggerFile, encoding: .utf8)
        let pipeline = try await client.apply(PipelineFile(path: plan.pipelineFile))
        _ = try await client.send(MonitoringAPI.apply, body: ApplyTriggersBody(yaml: triggers))
        var parameters: [String: JSONValue] = ["languages": .string(plan.languages.joined(separator: ","))]
        for (name, value) in plan.parameters { parameters[name] = .string(value) }
        let started = try await client.send(
            PipelinesAPI.run,
            parameters: ["name": pipeline.name],
            body: StartRunBody(parameters: parameters, reason: "quickstart")
        )
        try await finish(started.runID)
        let served = try await endpoint()
        report.versionBefore = "\(served.model)/\(served.version)"
        let manifest = try await manifest(of: served.package)
        report.accuracyFP32 = manifest.variants["fp32"]?.accuracy ?? 0
        report.accuracyInt8 = manifest.variants["int8"]?.accuracy ?? 0
    }

    /// Held-out texts in the languages that the model knows, and in one that it does not.
    private func makeTraffic() throws -> (known: [TrafficRow], shifted: [TrafficRow], mixed: [TrafficRow]) {
        title("traffic: held-out texts")
        try FileManager.default.createDirectory(atPath: plan.work, withIntermediateDirectories: true)
        let languages = plan.languages.joined(separator: ",")
        let known = try traffic(languages, count: plan.knownRequests, name: "known")
        let shifted = try traffic(plan.shift, count: plan.shiftedRequests, name: "shifted")
        let mixed = try traffic("\(languages),\(plan.shift)", count: plan.knownRequests, name: "mixed")
        say("\(known.count) texts in \(languages); \(shifted.count) in \(plan.shift); \(mixed.count) in all of them")
        return (known, shifted, mixed)
    }

    private mutating func sendKnown(_ rows: [TrafficRow]) async throws {
        title("serve: traffic of the known kind")
        let generator = generator()
        await generator.send(all: rows, clients: Self.clients, progress: Self.progress("known", rows.count))
        let count = generator.count
        report.requestsBeforeDrift = count.sent
        report.failedBeforeDrift = count.failed
        report.knownAccuracy = count.accuracy()
        let sorted = count.latencies.sorted()
        report.latencyP50Milliseconds = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        report.latencyP99Milliseconds = sorted.isEmpty ? 0 : sorted[sorted.count * 99 / 100]
        try await waitForMonitor(requests: count.sent - count.failed)
        report.falseAlarmsBeforeDrift = try await openAlerts().count
        say("\(count.sent) requests, \(count.failed) failed, \(report.falseAlarmsBeforeDrift) false alarms")
    }

    /// Sends shifted texts in small groups until the alarm is there.
    private mutating func sendShifted(_ rows: [TrafficRow]) async throws -> AlertBody? {
        title("drift: traffic shifts to '\(plan.shift)', which training lacked")
        let generator = generator()
        let before = try await monitor().requests
        for start in stride(from: 0, to: rows.count, by: 50) {
            let group = Array(rows[start..<min(rows.count, start + 50)])
            await generator.send(all: group, clients: Self.clients)
            try await waitForMonitor(requests: before + generator.count.sent - generator.count.failed)
            Terminal.progress(
                "\(Terminal.bar(Double(start + group.count) / Double(rows.count))) \(start + group.count) sent"
            )
            if let alert = try await openAlerts().first {
                let count = generator.count
                report.driftAlarmAfterRequests = max(0, alert.requests - before)
                report.shiftedAccuracyBefore = count.accuracy(plan.shift)
                Terminal.progress("", final: Terminal.isInteractive)
                let leading = alert.leading.map(\.feature).joined(separator: ", ")
                say("alarm after \(alert.requests - before) shifted requests, led by \(leading)")
                return alert
            }
        }
        say("no alarm within \(rows.count) shifted requests")
        return nil
    }

    /// Keeps traffic on the endpoint while the trigger's pipeline retrains, gates and swaps.
    private mutating func followRetraining(_ alert: AlertBody, _ mixed: [TrafficRow]) async throws {
        title("retrain: the trigger starts the pipeline with the new language; traffic goes on")
        let run = try await triggeredRun(after: alert)
        let generator = generator()
        let isOver = Mutex(false)
        async let traffic: Void = generator.keepSending(mixed, clients: Self.clients, pauseMilliseconds: 200) {
            isOver.withLock { $0 }
        }
        do {
            try await finish(run)
            // A few more seconds of traffic after the swap, so that its edges are seen from both sides.
            try await Task.sleep(for: .seconds(3))
        } catch {
            isOver.withLock { $0 = true }
            await traffic
            throw error
        }
        isOver.withLock { $0 = true }
        await traffic
        let count = generator.count
        report.requestsDuringSwap = count.sent
        report.failedRequestsDuringSwap = count.failed
        report.firstError = count.firstError
        let served = try await endpoint()
        report.versionAfter = "\(served.model)/\(served.version)"
        say("\(count.sent) requests during retraining and swap, \(count.failed) failed; now \(report.versionAfter)")
    }

    /// The mix that the new model was made for; asking in the new language alone would rightly be called drift again.
    private mutating func measureAfter(_ mixed: [TrafficRow]) async throws {
        let generator = generator()
        await generator.send(all: mixed, clients: Self.clients, progress: Self.progress("mixed", mixed.count))
        let count = generator.count
        report.shiftedAccuracyAfter = count.accuracy(plan.shift)
        report.tracedPrediction = count.lastPrediction
        try await waitForMonitor(requests: count.sent - count.failed)
        report.alarmsAfterSwap = try await openAlerts().count
    }

    private mutating func traceAndVerify() async throws {
        title("trace: one prediction, back to its data")
        var reply: TraceReply?
        for _ in 0..<50 where reply == nil {
            // Predictions are written in groups a moment after they are answered.
            reply = try? await client.send(TraceAPI.trace, parameters: ["id": report.tracedPrediction])
            if reply == nil { try await Task.sleep(for: .milliseconds(100)) }
        }
        if let reply {
            Terminal.print(TraceCommand.text(reply))
            report.traceGaps = reply.gaps.count
        } else {
            report.traceGaps = 1
        }
        title("verify: every digest, signature and the journal")
        let data = try await client.sendRaw(.post, path: VerifyAPI.path)
        let verified = try CanonicalJSON.decode(VerifyReport.self, from: data, what: "verification report")
        report.verify = verified.ok ? "ok" : "\(verified.findings.count) findings"
        for check in verified.checks {
            say("\(check.name): \(check.checked.map(String.init) ?? "") checked, \(check.findings) findings")
        }
    }

    private mutating func readProcess() {
        let resident = ProcFile.kibibytes("VmRSS", in: "/proc/\(server.pid)/status") ?? 0
        report.serverResidentMiB = Double(resident) / 1024
        let attributes = try? FileManager.default.attributesOfItem(atPath: LocalMachine.executablePath)
        report.programMiB = Double((attributes?[.size] as? Int) ?? 0) / 1_048_576
    }

    // MARK: - Parts of steps

    private mutating func finish(_ id: String) async throws {
        let run = try await watcher.watch(id)
        let tasks = run.tasks ?? []
        if parameters.isEmpty { parameters = run.parameters }
        report.tasksCached += tasks.count { $0.state == "cached" }
        report.tasksRun += tasks.count { $0.state == "succeeded" }
        guard run.state == "succeeded" else {
            throw PlatformError(
                ErrorCode("quickstart_pipeline_failed", .failedPrecondition),
                "The pipeline run \(id) \(run.state). \(RunProgress.failures(run))",
                nextStep: "See the whole log with: aku pipelines logs \(id) TASK --server \(client.baseURL)"
            )
        }
    }

    private func generator() -> TrafficGenerator {
        let client = client
        return TrafficGenerator { text in
            let data = try await client.sendRaw(
                .post,
                path: "/api/v1/endpoints/\(Self.endpoint)/predict",
                contentType: "application/json",
                body: CanonicalJSON.encode(PredictBody(text: text))
            )
            let answer = try CanonicalJSON.decode(PredictionBody.self, from: data)
            return TrafficAnswer(
                prediction: answer.predictionID,
                label: answer.label,
                version: "\(answer.model)/\(answer.version)"
            )
        }
    }

    private func traffic(_ languages: String, count: Int, name: String) throws -> [TrafficRow] {
        let path = "\(plan.work)/\(name).jsonl"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: plan.python)
        process.arguments = [plan.trafficScript, "--languages", languages, "--count", String(count), "--out", path]
        for (parameter, option) in [("per_intent", "--per-intent"), ("min_share", "--min-share"), ("seed", "--seed")] {
            guard let value = parameters[parameter] else { continue }
            process.arguments?.append(contentsOf: [option, try CanonicalJSON.text(value)])
        }
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw PlatformError(.fileMissing, "\(plan.trafficScript) ended with status \(process.terminationStatus).")
        }
        return try TrafficRow.read(path)
    }

    private func triggeredRun(after alert: AlertBody) async throws -> String {
        for _ in 0..<100 {
            let triggers = try await client.send(MonitoringAPI.triggers).triggers
            let firing = triggers.flatMap(\.firings).first { $0.journalSequence == alert.journalSequence }
            if let run = firing?.run { return run }
            if let firing {
                throw PlatformError(
                    ErrorCode("trigger_suppressed", .failedPrecondition),
                    "The trigger did not start the pipeline: \(firing.reason).",
                    nextStep: "Wait for the trigger's cooldown to pass and run the quickstart again."
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw PlatformError(ErrorCode("trigger_missing", .failedPrecondition), "No trigger acted on the alarm.")
    }

    /// Waits until monitoring has counted what was sent (at most 10 s): it works a moment behind the answers.
    private func waitForMonitor(requests: Int) async throws {
        for _ in 0..<100 {
            if try await monitor().requests >= requests { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func monitor() async throws -> MonitorBody {
        try await client.send(MonitoringAPI.show, parameters: ["endpoint": Self.endpoint])
    }

    private func openAlerts() async throws -> [AlertBody] {
        try await client.send(MonitoringAPI.alerts, query: ["endpoint": Self.endpoint, "open": "true"]).alerts
    }

    private func endpoint() async throws -> EndpointBody {
        try await client.send(ServingAPI.show, parameters: ["name": Self.endpoint])
    }

    private struct ManifestAccuracy: Decodable {
        struct Variant: Decodable {
            let accuracy: Double
        }
        let variants: [String: Variant]
    }

    private func manifest(of package: Digest) async throws -> ManifestAccuracy {
        let path = "/api/2.0/mlflow-artifacts/artifacts/packages/\(package.hex)/manifest.json"
        return try CanonicalJSON.decode(ManifestAccuracy.self, from: try await client.sendRaw(.get, path: path))
    }

    private static func progress(_ name: String, _ total: Int) -> @Sendable (Int) -> Void {
        { done in
            guard done % 50 == 0 || done == total else { return }
            Terminal.progress(
                "\(Terminal.bar(Double(done) / Double(total))) \(done)/\(total) \(name)",
                final: done == total
            )
        }
    }

    private func title(_ text: String) { Terminal.note("\n== \(text)") }

    private func say(_ text: String) { Terminal.note("   \(text)") }
}
