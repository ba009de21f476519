import Primitives
import Testing
import Tracking

@Suite struct LoggedModelTests {
    @Test func `A logged model is pending until it is finalised, and its metrics name their run`() async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        let made = try await fixture.models.create(
            LoggedModelStore.NewModel(experimentID: 0, name: "m", sourceRunID: run, params: [KeyValue("p", "1")]),
            actor: "me"
        )
        #expect(made.status == .pending)
        #expect(made.artifactLocation == "mlflow-artifacts:/0/models/\(made.id)/artifacts")
        let point = MetricPoint(key: "accuracy", value: 0.5, timestamp: 1, modelID: made.id, datasetName: "d")
        try await fixture.runs.log(metric: point, run: run)
        let ready = try await fixture.models.finalise(made.id, status: .ready, actor: "me")
        #expect(ready.status == .ready)
        #expect(ready.params == [KeyValue("p", "1")])
        #expect(ready.metrics.map(\.runID) == [run])
        #expect(ready.metrics.map(\.point) == [point])
        let unknown = MetricPoint(key: "accuracy", value: 0.5, timestamp: 1, modelID: "m-unknown")
        #expect(await code { try await fixture.runs.log(metric: unknown, run: run) } == "RESOURCE_DOES_NOT_EXIST")
    }

    @Test(arguments: [
        ("metrics.accuracy > 0.4", ["m1", "m2"]), ("params.p = '1'", ["m1"]),
        ("tags.even = 'yes' AND name != 'm0'", ["m2"]),
        ("name LIKE 'm%'", ["m0", "m1", "m2"]), ("status = 'READY'", []), ("status = 'PENDING'", ["m0", "m1", "m2"]),
        ("name IN ('m0', 'm2')", ["m0", "m2"]),
    ])
    func `Logged models are found`(_ filter: String, _ wanted: [String]) async throws {
        let fixture = try Fixture()
        let run = try await fixture.run("r")
        for index in 0..<3 {
            let model = try await fixture.models.create(
                LoggedModelStore.NewModel(
                    experimentID: 0,
                    name: "m\(index)",
                    params: [KeyValue("p", "\(index)")],
                    tags: index.isMultiple(of: 2) ? [KeyValue("even", "yes")] : []
                ),
                actor: "me"
            )
            let point = MetricPoint(key: "accuracy", value: Double(index) / 2, timestamp: 1, modelID: model.id)
            try await fixture.runs.log(metric: point, run: run)
        }
        let order = [LoggedModelStore.Order(field: "metrics.accuracy")]
        let page = try await fixture.models.search(.init(experiments: [0], filter: filter, order: order))
        #expect(page.elements.map(\.name) == wanted)
    }
}
