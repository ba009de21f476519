import Primitives
import Testing
import Tracking

@Suite struct RunTests {
    @Test func `A run's name is given, or its tag's, or made up, but never two`() async throws {
        let fixture = try Fixture()
        func create(_ name: String?, _ tag: String?) async throws -> Run {
            let tags = tag.map { [KeyValue("mlflow.runName", $0)] } ?? []
            return try await fixture.runs.create(RunStore.NewRun(experimentID: 0, name: name, tags: tags), actor: "me")
        }
        #expect(try await create("given", nil).info.name == "given")
        #expect(try await create("", "tagged").info.name == "tagged")
        let made = try await create(nil, nil)
        #expect(made.tags == [KeyValue("mlflow.runName", made.info.name)])
        #expect(await code { try await create("one", "other") } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `A run tells the journal when it begins, ends, and is thrown away`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        _ = try await fixture.runs.update(run, status: .running, endTime: nil, name: "renamed", actor: "me")
        _ = try await fixture.runs.update(run, status: .finished, endTime: 9, name: nil, actor: "me")
        try await fixture.runs.move(run, to: .deleted, actor: "me")
        try await fixture.runs.move(run, to: .deleted, actor: "me")
        #expect(try await fixture.kinds() == ["tracking.run.created", "tracking.run.finished", "tracking.run.deleted"])
        let found = try await fixture.runs.get(run)
        #expect(found.info.name == "renamed")
        #expect(found.info.endTime == Timestamp(milliseconds: 9))
    }

    @Test func `A metric in a deleted run is refused`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        try await fixture.runs.move(run, to: .deleted, actor: "me")
        let point = MetricPoint(key: "m", value: 1, timestamp: 1)
        #expect(await code { try await fixture.runs.log(metric: point, run: run) } == "INVALID_PARAMETER_VALUE")
    }

    @Test func `The latest metric is by step, then time, then value, in one batch or in many`() async throws {
        let points: [(value: Double, timestamp: Int64, step: Int64)] = [
            (1, 10, 0), (9, 5, 3), (2, 20, 3), (7, 99, 1), (3, 20, 3), (2.5, 20, 3),
        ]
        let all = points.map { MetricPoint(key: "m", value: $0.value, timestamp: $0.timestamp, step: $0.step) }
        let fixture = try Fixture()
        let one = try await fixture.run("one")
        let many = try await fixture.run("many")
        try await fixture.runs.log(metrics: all, params: [], tags: [], run: one)
        for point in all { try await fixture.runs.log(metric: point, run: many) }
        for run in [one, many] {
            #expect(
                try await fixture.runs.get(run).metrics == [MetricPoint(key: "m", value: 3, timestamp: 20, step: 3)]
            )
            let history = try await fixture.runs.history(run: run, key: "m").elements
            #expect(history.map(\.value) == [9, 1, 2, 2.5, 3, 7])
        }
    }

    @Test func `NaN and the infinities are kept as MLflow keeps them`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        for (index, value) in [Double.nan, .infinity, -.infinity].enumerated() {
            try await fixture.runs.log(metric: MetricPoint(key: "m\(index)", value: value, timestamp: 1), run: run)
        }
        let values = try await fixture.runs.get(run).metrics.map(\.value)
        #expect(values[0].isNaN)
        #expect(values[1...] == [.greatestFiniteMagnitude, -.greatestFiniteMagnitude])
    }

    @Test func `A param never changes, and a refused batch leaves nothing behind`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        try await fixture.runs.log(param: KeyValue("p", "1"), run: run)
        try await fixture.runs.log(param: KeyValue("p", "1"), run: run)
        #expect(
            await code { try await fixture.runs.log(param: KeyValue("p", "2"), run: run) } == "INVALID_PARAMETER_VALUE"
        )
        let refused = await code {
            try await fixture.runs.log(
                metrics: [MetricPoint(key: "m", value: 1, timestamp: 1)],
                params: [KeyValue("new", "1"), KeyValue("p", "2")],
                tags: [KeyValue("t", "1")],
                run: run
            )
        }
        #expect(refused == "INVALID_PARAMETER_VALUE")
        let found = try await fixture.runs.get(run)
        #expect(found.params == [KeyValue("p", "1")])
        #expect(found.metrics == [])
        #expect(found.tags == [KeyValue("mlflow.runName", "r")])
    }

    @Test(arguments: [(1001, 0, 0), (0, 101, 0), (0, 0, 101), (990, 11, 0)])
    func `A batch has bounds`(_ metrics: Int, _ params: Int, _ tags: Int) async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        let refused = await code {
            try await fixture.runs.log(
                metrics: (0..<metrics).map { MetricPoint(key: "m\($0)", value: 1, timestamp: 1) },
                params: (0..<params).map { KeyValue("p\($0)", "1") },
                tags: (0..<tags).map { KeyValue("t\($0)", "1") },
                run: run
            )
        }
        #expect(refused == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: ["", "a;b", "../a", "/a", "a//b", "a/./b", ".", "a\u{7}", String(repeating: "k", count: 251)])
    func `A bad key is refused`(_ key: String) async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        let point = MetricPoint(key: key, value: 1, timestamp: 1)
        #expect(await code { try await fixture.runs.log(metric: point, run: run) } == "INVALID_PARAMETER_VALUE")
    }

    @Test(arguments: ["a/b c", "a.b-c:d_e", "été", "学習率", "1"])
    func `A good key is taken`(_ key: String) async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        try await fixture.runs.log(metric: MetricPoint(key: key, value: 1, timestamp: 1), run: run)
        #expect(try await fixture.runs.get(run).metrics.map(\.key) == [key])
    }

    @Test func `A sampled history keeps its ends and never exceeds its size`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        for start in stride(from: 0, to: 1500, by: 500) {
            let points = (start..<(start + 500)).map { MetricPoint(key: "m", value: 1, timestamp: 1, step: Int64($0)) }
            try await fixture.runs.log(metrics: points, params: [], tags: [], run: run)
        }
        for size in [1, 2, 3, 100, 320, 1499, 1500, 5000] {
            let steps = try await fixture.runs.sampledHistory(run: run, key: "m", maximum: size).map(\.step)
            #expect(steps.count == min(size, 1500))
            #expect(steps.last == 1499)
            #expect(size == 1 || steps.first == 0)
            #expect(steps == Set(steps).sorted())
        }
        let part = try await fixture.runs.sampledHistory(run: run, key: "m", steps: 100...104, maximum: 10)
        #expect(part.map(\.step) == [100, 101, 102, 103, 104])
    }

    @Test func `Inputs are kept once a run`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        let dataset = TrackedDataset(
            name: "d",
            digest: "x",
            sourceType: "local",
            source: "{}",
            schema: nil,
            profile: nil
        )
        let input = DatasetInput(dataset: dataset, tags: [KeyValue("mlflow.data.context", "training")])
        for _ in 0..<2 {
            try await fixture.runs.logInputs(run: run, datasets: [input], models: [ModelLink(modelID: "m-1")])
        }
        try await fixture.runs.logOutputs(run: run, models: [ModelLink(modelID: "m-2", step: 4)])
        let found = try await fixture.runs.get(run)
        #expect(found.datasets == [input])
        #expect(found.modelInputs == [ModelLink(modelID: "m-1")])
        #expect(found.modelOutputs == [ModelLink(modelID: "m-2", step: 4)])
    }
}
