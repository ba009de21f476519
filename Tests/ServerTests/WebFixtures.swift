import Foundation
import Primitives
import Storage
import WireAPI

@testable import Server

/// A small platform at one moment, for the tests of the pages: every number is fixed.
enum WebFixtures {
    static let now = Timestamp(milliseconds: 1_795_421_348_000)

    static func before(seconds: Int64) -> Timestamp { now.advanced(byMilliseconds: -seconds * 1000) }

    /// A well-formed digest that depends on its seed.
    static func digest(_ seed: UInt8) -> String {
        "sha256:"
            + (0..<32).map { byte in
                let value = UInt8(truncatingIfNeeded: Int(seed) * 37 + byte * 89 + byte * byte * 7)
                return (value < 16 ? "0" : "") + String(value, radix: 16)
            }.joined()
    }

    static func task(
        _ name: String,
        _ state: String,
        needs: [String],
        start: Int64?,
        took: Int64?,
        attempt: Int = 1
    ) -> Console.Task {
        let begin = start.map { before(seconds: $0) }
        return Console.Task(
            name: name,
            state: state,
            attempt: attempt,
            needs: needs,
            startedAt: begin,
            finishedAt: took.flatMap { took in begin?.advanced(byMilliseconds: took * 1000) },
            identity: start == nil ? nil : digest(UInt8(name.utf8.count)),
            cachedFrom: state == "cached" ? "0193aaaa-1111-7000-8000-000000000001" : nil,
            errorCode: state == "failed" ? "task_failed" : nil,
            errorMessage: state == "failed" ? "The command exited with status 1." : nil,
            nextStep: state == "failed" ? "Read the task's log." : nil,
            outputs: ["succeeded", "cached"].contains(state)
                ? [.init(name: "out", digest: digest(UInt8(name.utf8.count + 3)), bytes: 48_213_004)] : []
        )
    }

    static let tasks: [Console.Task] = [
        task("collect", "cached", needs: [], start: 400, took: 0, attempt: 0),
        task("anonymise", "succeeded", needs: ["collect"], start: 399, took: 12),
        task("split", "succeeded", needs: ["anonymise"], start: 386, took: 4),
        task("train", "succeeded", needs: ["split"], start: 381, took: 262, attempt: 2),
        task("evaluate", "succeeded", needs: ["train", "split"], start: 118, took: 18),
        task("package", "running", needs: ["train", "evaluate", "split"], start: 99, took: nil),
        task("register", "waiting", needs: ["package", "train"], start: nil, took: nil, attempt: 0),
        task("gate", "waiting", needs: ["register", "split"], start: nil, took: nil, attempt: 0),
        task("deploy", "waiting", needs: ["gate", "register"], start: nil, took: nil, attempt: 0),
    ]

    static let pipelineRun = Console.PipelineRun(
        id: "0193bbbb-2222-7000-8000-000000000002",
        pipeline: "intent",
        version: 3,
        state: "running",
        reason: "trigger retrain-intent: drift.detected on endpoint/intent",
        actor: "system",
        createdAt: before(seconds: 400),
        finishedAt: nil,
        parameters: ["languages": ["en", "fr", "ar", "pt", "sw", "de"], "seed": 17],
        tasks: tasks
    )

    static let finishedRun: Console.PipelineRun = {
        var run = pipelineRun
        run.id = "0193aaaa-1111-7000-8000-000000000001"
        run.state = "succeeded"
        run.reason = "first release"
        run.actor = "developer"
        run.createdAt = before(seconds: 5400)
        run.finishedAt = before(seconds: 4900)
        run.tasks = run.tasks.map { task in
            var task = task
            task.state = "succeeded"
            task.startedAt = before(seconds: 5300)
            task.finishedAt = before(seconds: 5200)
            return task
        }
        return run
    }()

    static let failedRun: Console.PipelineRun = {
        var run = finishedRun
        run.id = "0193cccc-3333-7000-8000-000000000003"
        run.state = "failed"
        run.reason = "try a larger batch"
        run.createdAt = before(seconds: 9400)
        run.finishedAt = before(seconds: 9300)
        run.tasks = run.tasks.map { task in
            var task = task
            task.state = task.name == "train" ? "failed" : task.startedAt == nil ? "skipped" : "cached"
            return task
        }
        return run
    }()

    static let pipeline = Console.Pipeline(
        name: "intent",
        description: "Utterances in five languages to a served intent classifier.",
        version: 3,
        runs: [pipelineRun, finishedRun, failedRun]
    )

    static let log = Console.Log(
        task: "package",
        text: (1...24).map { "step \($0)  exporting layer \($0) of 24  <ok>" }.joined(separator: "\n"),
        isCut: true
    )

    static let run = Console.Run(
        id: "9f0c1c0a5b7e4f6f8f7a3a2a1b0c9d8e",
        name: "intent-minilm-17",
        experiment: "intent",
        status: "FINISHED",
        user: "developer",
        startedAt: before(seconds: 381),
        endedAt: before(seconds: 119),
        metrics: [
            "loss": 0.0421, "accuracy": 0.9874, "macro_f1": 0.9811, "learning_rate": 1.2e-5, "test_accuracy": 0.986,
        ],
        parameters: [
            "seed": "17", "epochs": "2", "batch_size": "64", "languages": "en,fr,ar,pt,sw", "max_length": "64",
        ],
        tags: ["aku.pipeline_run": "0193bbbb-2222-7000-8000-000000000002", "mlflow.source.name": "train.py"]
    )

    static let runDetail = Console.RunDetail(
        run: run,
        histories: [
            .init(metric: "loss", points: (0..<300).map { .init(step: Int64($0 * 5), value: wave($0, 2.4)) }),
            .init(
                metric: "accuracy",
                points: (0..<30).map { .init(step: Int64($0 * 50), value: 1 - wave($0 * 10, 0.9)) }
            ),
            .init(
                metric: "learning_rate",
                points: (0..<60).map { .init(step: Int64($0 * 25), value: 5e-5 * (1 - Double($0) / 60)) }
            ),
        ],
        artifacts: [.init(path: "model", bytes: nil), .init(path: "model/model.safetensors", bytes: 90_868_370)]
    )

    private static func wave(_ index: Int, _ height: Double) -> Double {
        height * exp(-Double(index) / 60) + 0.04 + 0.03 * sin(Double(index) * 1.7) * exp(-Double(index) / 200)
    }

    static let models = [
        Console.Model(
            name: "intent",
            description: "Home-assistant intents from one utterance.",
            versions: [version(2, ["challenger"]), version(1, ["champion"])],
            aliases: [
                .init(alias: "challenger", version: 2, movedBy: "pipeline", movedAt: before(seconds: 50)),
                .init(alias: "champion", version: 1, movedBy: "developer", movedAt: before(seconds: 4890)),
            ],
            gates: [
                .init(target: "champion", requires: ["gate", "approval"], setBy: "ana", setAt: before(seconds: 9000))
            ],
            tags: ["team": "home"]
        )
    ]

    static let lineage: Console.Lineage = {
        var lineage = Console.Lineage()
        lineage.add(.init(id: "version", title: "intent v1", detail: "version · champion", isSubject: true))
        lineage.add(.init(id: "run", title: run.name, detail: "run · finished", href: "/runs/x"))
        lineage.add(.init(id: "data", title: "intents@2", detail: "data set · 24 180 rows", href: "/data/intents/2"))
        lineage.add(.init(id: "endpoint", title: "intent", detail: "endpoint", href: "/endpoints/intent"))
        lineage.link("data", to: "run")
        lineage.link("run", to: "version")
        lineage.link("version", to: "endpoint")
        return lineage
    }()

    static let versionDetail = Console.VersionDetail(
        version: models[0].versions[1],
        lineage: lineage,
        files: [.init(path: "manifest.json", digest: digest(41), bytes: 2048, rows: nil)],
        gates: models[0].gates
    )

    /// Runs that differ in some params, with histories.
    static func runs(_ count: Int) -> [Console.Run] {
        (0..<count).map { index in
            var run = run
            run.id = String(repeating: "0", count: 28) + String(format: "%04d", index)
            run.name = "run-\(index)"
            run.parameters["seed"] = String(index)
            run.parameters["learning_rate"] = String(1e-5 * pow(3, Double(index % 9)))
            run.metrics["accuracy"] = 0.9 + Double(index % 10) / 100
            run.lastSteps = ["loss": 299, "accuracy": 29]
            return run
        }
    }

    static func comparison(_ count: Int, _ query: CompareQuery) -> ComparePage {
        let runs = runs(count)
        let histories: [(metric: String, histories: [Console.History?])] = [
            ("loss", runs.map { _ in runDetail.histories[0] }), ("accuracy", runs.map { _ in runDetail.histories[1] }),
        ]
        return ComparePage(runs, query, histories: histories, now: now)
    }

    static let views = [
        Console.SavedView(
            name: "best of intent",
            query: "filter=metrics.loss%20%3C%201&sort=metrics.loss&order=asc",
            savedBy: "ana",
            savedAt: before(seconds: 600)
        )
    ]

    static let table = "name,score\nlamp,0.5\nblind,0.25\n"

    static func file(_ path: String, _ data: Data) -> ArtifactFile {
        ArtifactFile(path: path, size: Int64(data.count), digest: digest(3)) { range in
            let part = range.map { data[Int($0.lowerBound)..<Int($0.upperBound)] } ?? data[...]
            return AsyncThrowingStream { continuation in
                continuation.yield(Data(part))
                continuation.finish()
            }
        }
    }

    private static func version(_ number: Int, _ aliases: [String]) -> Console.ModelVersion {
        Console.ModelVersion(
            model: "intent",
            version: number,
            createdAt: before(seconds: number == 1 ? 5000 : 60),
            createdBy: "developer",
            aliases: aliases,
            packageDigest: digest(UInt8(40 + number)),
            keyID: "b5f1c2",
            runID: run.id,
            pipelineRun: pipelineRun.id,
            attestations: [
                .init(
                    kind: "gate",
                    passed: number == 1,
                    reasons: number == 1
                        ? ["fixed suite 60 of 60", "no champion before it"]
                        : ["test accuracy 0.981 is 0.6 points below the champion's", "fixed suite 60 of 60"],
                    madeBy: "pipeline",
                    madeAt: before(seconds: number == 1 ? 4900 : 30)
                )
            ],
            deployments: number == 1 ? [.init(endpoint: "intent", since: before(seconds: 4880), by: "developer")] : [],
            stage: number == 1 ? "Production" : "None",
            description: "Trained on five languages.",
            source: "mlflow-artifacts:/packages/intent",
            tags: ["languages": "en,fr,ar,pt,sw"]
        )
    }

    static let windows: [Console.Window] = (0..<60).map { index in
        let late = index > 44 ? 1.4 : 1.0
        return Console.Window(
            start: before(seconds: Int64((60 - index) * 10)),
            seconds: 10,
            requests: Int64(420 + 90 * sin(Double(index) / 5)),
            errors: index % 17 == 0 ? 3 : 0,
            p50: index == 20 ? nil : 2100 * late + 150 * sin(Double(index)),
            p95: index == 20 ? nil : 4200 * late + 500 * sin(Double(index) / 2),
            p99: index == 20 ? nil : 7100 * late + 1400 * sin(Double(index) / 3)
        )
    }

    static let endpoint = Console.Endpoint(
        name: "intent",
        state: "ready",
        model: "intent",
        version: 1,
        variant: "int8",
        since: before(seconds: 4880),
        requests: 25_118,
        errors: 12,
        windows: windows
    )

    static let alert = Console.Alert(
        id: "a1",
        endpoint: "intent",
        kind: "drift",
        state: "open",
        message: "Predicted labels left the reference: G 41.2 against a threshold of 27.9 after 640 requests.",
        openedAt: before(seconds: 130),
        closedAt: nil
    )

    private static let evidence: [Console.Evidence] = (0..<40).map { (index: Int) -> Console.Evidence in
        let value: Double = index < 30 ? 8 + 3 * sin(Double(index)) : 8 + Double(index - 29) * 3.3
        return Console.Evidence(at: before(seconds: Int64((40 - index) * 15)), value: value)
    }

    static let endpointDetail = Console.EndpointDetail(
        endpoint: endpoint,
        drift: [
            .init(
                feature: "label",
                statistic: "G statistic",
                value: 41.2,
                threshold: 27.9,
                state: "drift",
                history: evidence,
                bins: [
                    .init("HassTurnOn", reference: 0.21, current: 0.11),
                    .init("HassTurnOff", reference: 0.19, current: 0.1),
                    .init("HassLightSet", reference: 0.16, current: 0.31),
                    .init("HassGetState", reference: 0.12, current: 0.08),
                    .init("HassClimateSetTemperature", reference: 0.09, current: 0.27),
                    .init("HassMediaPause", reference: 0.08, current: 0.03),
                ]
            ),
            .init(
                feature: "token_count",
                statistic: "KS distance",
                value: 0.04,
                threshold: 0.12,
                state: "stable",
                history: [],
                bins: []
            ),
        ],
        alerts: [alert]
    )

    static let dataset = Console.Dataset(
        name: "intents",
        version: 2,
        digest: digest(9),
        createdAt: before(seconds: 380),
        rows: 24_180,
        licence: "Apache-2.0",
        source: "home-assistant-intents 2026.10.27",
        tags: ["language:en", "language:fr", "language:ar", "language:pt", "language:sw"],
        shards: ["ar", "en", "fr", "pt", "sw"].enumerated().map { index, language in
            .init(
                path: "\(language).jsonl",
                digest: digest(UInt8(60 + index)),
                bytes: Int64(310_000 + index * 41_000),
                rows: 4836
            )
        },
        provenance: [
            "removed": ["duplicates": 118, "redacted": ["email": 3, "phone": 0]], "steps": ["collect", "anonymise"],
        ],
        pipelineRun: pipelineRun.id
    )

    static let checkpoint = Console.Checkpoint(
        size: 1284,
        root: digest(77),
        at: before(seconds: 3),
        keyID: "b5f1c2d3e4f5a6b7"
    )

    private static let events: [(String, String, JSONValue)] = [
        ("drift.detected", "endpoint/intent", ["feature": "label", "statistic": 41.2, "requests": 640]),
        (
            "pipeline.run.started", "pipeline-run/0193bbbb-2222-7000-8000-000000000002",
            ["reason": "trigger retrain-intent"]
        ),
        ("pipeline.task.cached", "pipeline-run/0193bbbb-2222-7000-8000-000000000002", ["task": "collect"]),
        ("model.version.created", "model/intent/2", ["package": "sha256:5d1c"]),
        ("endpoint.swapped", "endpoint/intent", ["from": 1, "to": 2, "failed": 0]),
    ]

    static let journal: [JournalEntry] = events.enumerated().compactMap { (index, event) -> JournalEntry? in
        guard let hash = try? Digest(digest(UInt8(index + 1))) else { return nil }
        return JournalEntry(
            sequence: Int64(1284 - index),
            at: before(seconds: Int64(4 + index * 40)),
            event: JournalEvent(kind: event.0, subject: event.1, actor: "system", body: event.2),
            leafHash: hash
        )
    }

    static let trace = TraceReply(
        id: "0193dddd-4444-7000-8000-000000000004",
        nodes: [
            .init(
                kind: "prediction",
                id: "p",
                title: "HassTurnOn with score 0.998",
                facts: [.init("at", "2026-11-23 08:09:08 UTC"), .init("latency", "2.1 ms")]
            ),
            .init(kind: "endpoint", id: "intent", title: "Endpoint intent"),
            .init(kind: "version", id: "intent@1", title: "intent v1, champion", facts: [.init("signed by", "b5f1c2")]),
            .init(kind: "package", id: "package", title: "Package of 5 files", digest: try? Digest(digest(41))),
            .init(
                kind: "training_run",
                id: run.id,
                title: "Training run intent-minilm-17",
                facts: [.init("seed", "17")]
            ),
            .init(kind: "code", id: "code", title: "Code of task train", digest: try? Digest(digest(5))),
            .init(kind: "dataset", id: "intents", title: "intents v2, 24 180 rows", digest: try? Digest(digest(9))),
        ],
        gaps: []
    )

    /// Instances of a mapped task, of which one failed.
    static let instances: Console.Instances = {
        var task = failedRun.tasks[0]
        task.name = "score"
        task.instances = 40
        task.instanceStates = ["failed": 1, "succeeded": 39]
        var instance = task
        instance.name = "score[17]"
        instance.cpuMilliseconds = 250
        instance.peakMemoryBytes = 64_000_000
        return Console.Instances(run: failedRun, task: task, instances: [instance], next: "17")
    }()

    /// Every query answered from the fixtures.
    static let data: ConsoleData = {
        var data = ConsoleData()
        data.pipelines = { _ in [pipeline] }
        data.pipeline = { name, _ in
            if name == "intent" { pipeline } else { throw ConsoleData.missing("pipeline", name) }
        }
        data.pipelineRun = { _ in pipelineRun }
        data.taskLog = { _, _ in log }
        data.runs = { query in
            if query.filter == "broken" {
                throw PlatformError(.invalidArgument, "The filter stops at 'broken'.", nextStep: "Write a comparison.")
            }
            return Console.RunList(experiments: [.init(id: "1", name: "intent")], runs: [run], nextToken: "next")
        }
        data.savedViews = { views }
        data.runsNamed = { ids in Array(runs(ids.count)) }
        data.histories = { runs, metrics, _ in metrics.map { ($0, runs.map { _ in runDetail.histories[0] }) } }
        data.artifactTree = { _, path in
            Console.ArtifactTree(
                run: run,
                folders: [
                    ("", [.init(path: "report", bytes: nil)]), ("report", [.init(path: "table.csv", bytes: 32)]),
                ],
                isFile: path == "report/table.csv" || path == "fake.png"
            )
        }
        data.artifact = { _, path in
            file(path, Data((path == "fake.png" ? "<html><script>alert(1)</script>" : table).utf8))
        }
        data.run = { _ in runDetail }
        data.models = { models }
        data.model = { _ in models[0] }
        data.modelVersion = { _, _ in versionDetail }
        data.lineage = { _, _ in lineage }
        data.endpoints = { [endpoint] }
        data.endpoint = { name in
            if name == "intent" { endpointDetail } else { throw ConsoleData.missing("endpoint", name) }
        }
        data.openAlerts = { [alert] }
        data.datasets = { [dataset] }
        data.dataset = { _, _ in dataset }
        data.journal = { _, _, _, _ in journal }
        data.journalEntry = { _ in journal[0] }
        data.checkpoint = { checkpoint }
        data.trace = { _ in trace }
        return data
    }()
}

extension WebFixtures {
    /// The page of a run's files with a table open.
    static var artifacts: ArtifactsPage {
        ArtifactsPage(
            run: run,
            folders: [("", [.init(path: "report", bytes: nil)]), ("report", [.init(path: "table.csv", bytes: 32)])],
            path: "report/table.csv",
            file: file("report/table.csv", Data(table.utf8)),
            preview: ArtifactPreview.of(path: "report/table.csv", size: 32, head: Data(table.utf8))
        )
    }
}
