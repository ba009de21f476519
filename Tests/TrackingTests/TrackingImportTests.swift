import Foundation
import Primitives
import Storage
import TestSupport
import Testing
import Tracking

@Suite struct TrackingImportTests {
    private let fixture: Fixture
    private let folder: TemporaryFolder
    private let objects: ObjectStore
    private let entry: TrackingImport

    init() throws {
        fixture = try Fixture()
        folder = try TemporaryFolder()
        objects = try ObjectStore(root: folder.path("objects"))
        entry = TrackingImport(database: fixture.database, objects: objects, time: TestClock.fixed)
    }

    private let experiment = ImportedExperiment(
        id: 7,
        name: "brought over",
        artifactLocation: "mlflow-artifacts:/7",
        lifecycleStage: "active",
        creationTime: 11,
        lastUpdateTime: 12,
        tags: [ImportedPair("b", ""), ImportedPair("a", "é")]
    )

    private func run(_ id: String, stage: String = "active", tags: [ImportedPair] = []) -> ImportedRun {
        ImportedRun(
            id: id,
            experimentID: 7,
            name: "one",
            userID: "",
            status: "FAILED",
            startTime: 21,
            endTime: 22,
            artifactURI: "mlflow-artifacts:/7/\(id)/artifacts",
            lifecycleStage: stage,
            params: [ImportedPair("p", "1")],
            tags: tags,
            datasets: [
                ImportedDatasetInput(
                    name: "rows",
                    digest: "d",
                    sourceType: "local",
                    source: "{}",
                    schema: "",
                    profile: nil,
                    tags: [ImportedPair("mlflow.data.context", "training")]
                )
            ],
            modelInputs: [ImportedModelLink(modelID: "m-1", step: 0)],
            modelOutputs: [ImportedModelLink(modelID: "m-2", step: 3)]
        )
    }

    private let model = ImportedLoggedModel(
        id: "m-1",
        experimentID: 7,
        name: "model",
        artifactLocation: "mlflow-artifacts:/7/models/m-1/artifacts",
        creationTime: 31,
        lastUpdateTime: 32,
        status: "LOGGED_MODEL_READY",
        lifecycleStage: "deleted",
        modelType: "",
        sourceRunID: "r",
        tags: [ImportedPair("t", "v")],
        params: [],
        metrics: [
            ImportedMeasure(
                key: "m",
                value: nil,
                timestamp: 1,
                step: 2,
                runID: "r",
                datasetName: nil,
                datasetDigest: nil
            )
        ]
    )

    private let series = ImportedSeries(
        runID: "r",
        key: "loss",
        timestamps: [3, 1, 2],
        steps: [1, 2, 3],
        values: [0.5, nil, .greatestFiniteMagnitude]
    )

    private func batch(
        _ experiments: [ImportedExperiment] = [],
        models: [ImportedLoggedModel] = [],
        runs: [ImportedRun] = [],
        series: [ImportedSeries] = [],
        artifacts: [ImportedArtifact] = []
    ) -> TrackingImport.Batch {
        TrackingImport.Batch(
            experiments: experiments,
            loggedModels: models,
            runs: runs,
            series: series,
            artifacts: artifacts
        )
    }

    private func write(_ batch: TrackingImport.Batch) async throws {
        try await entry.write(batch, source: "there", actor: "me")
    }

    @Test func `Records read back as they were written, deleted ones too`() async throws {
        try await write(batch([experiment], models: [model], runs: [run("r"), run("gone", stage: "deleted")]))
        #expect(try await entry.experiments([7, 8]) == [experiment])
        #expect(try await entry.loggedModels(["m-1", "m-9"]) == [model])
        #expect(Set(try await entry.runs(["r", "gone", "none"])) == [run("r"), run("gone", stage: "deleted")])
        #expect(try await fixture.runs.get("r").info.endTime == Timestamp(milliseconds: 22))
        #expect(try await fixture.kinds() == ["import.tracking.written"])
    }

    @Test func `The same records again change nothing, and points come in any order`() async throws {
        var expected = RecordSum()
        for place in series.values.indices {
            expected.add(
                key: series.key,
                timestamp: series.timestamps[place],
                step: series.steps[place],
                value: series.values[place]
            )
        }
        for _ in 0..<2 { try await write(batch([experiment], runs: [run("r")], series: [series])) }
        #expect(try await entry.histories(["r", "none"]) == ["r": expected])
        let latest = try #require(try await fixture.runs.get("r").metrics.first)
        #expect((latest.step, latest.value) == (3, .greatestFiniteMagnitude))
    }

    @Test func `A record replaces what was here under its identifier`() async throws {
        try await write(
            batch([experiment], runs: [run("r", tags: [ImportedPair("old", "1"), ImportedPair("kept", "1")])])
        )
        let changed = run("r", tags: [ImportedPair("kept", "2")])
        try await write(batch(runs: [changed]))
        #expect(try await entry.runs(["r"]) == [changed])
    }

    @Test func `A number or a name that something else has is refused, and nothing of the batch is written`()
        async throws
    {
        let own = try await fixture.experiments.create(name: "own", artifactLocation: nil, tags: [], actor: "me")
        let taken = ImportedExperiment(
            id: own,
            name: "other",
            artifactLocation: "",
            lifecycleStage: "active",
            creationTime: 0,
            lastUpdateTime: 0,
            tags: []
        )
        #expect(await code { try await write(batch([experiment, taken])) } == "import_conflict")
        #expect(try await entry.experiments([7]) == [])
    }

    @Test func `A run needs its experiment, a stage that there is, and columns of equal length`() async throws {
        #expect(await code { try await write(batch(runs: [run("r")])) } == "RESOURCE_DOES_NOT_EXIST")
        try await write(batch([experiment]))
        #expect(await code { try await write(batch(runs: [run("r", stage: "lost")])) } == "import_invalid")
        let uneven = ImportedSeries(runID: "r", key: "k", timestamps: [1], steps: [1, 2], values: [1])
        #expect(await code { try await write(batch(runs: [run("r")], series: [uneven])) } == "import_invalid")
        #expect(try await entry.runs(["r"]) == [])
    }

    @Test func `An artifact's object must be here, and its path must stay below the root`() async throws {
        let object = try objects.put(Data("bytes".utf8))
        let there = ImportedArtifact(path: "7/r/artifacts/a.txt", digest: object.digest, size: object.size)
        try await write(batch(artifacts: [there]))
        #expect(try await entry.artifacts([there.path, "none"]) == [there])
        let absent = ImportedArtifact(path: "7/b", digest: .sha256(of: Data("no".utf8)), size: 2)
        #expect(await code { try await write(batch(artifacts: [absent])) } == "object_missing")
        let climbing = ImportedArtifact(path: "../b", digest: object.digest, size: object.size)
        #expect(await code { try await write(batch(artifacts: [climbing])) } == "INVALID_PARAMETER_VALUE")
    }
}
