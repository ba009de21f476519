import Foundation
import Primitives
import Storage
import TestSupport
import Testing
import Tracking

@Suite struct PurgeTests {
    private func purge(_ fixture: Fixture) -> TrackingPurge {
        TrackingPurge(database: fixture.database, time: TestClock.fixed) { uri in
            uri.hasPrefix("mlflow-artifacts:/") ? String(uri.dropFirst("mlflow-artifacts:/".count)) : nil
        }
    }

    @Test func `Only deleted runs are purged, with all they logged and their artifacts`() async throws {
        let fixture = try Fixture()
        let folder = try TemporaryFolder()
        let objects = try ObjectStore(root: folder.path("objects"))
        let artifacts = ArtifactStore(database: fixture.database, objects: objects, time: TestClock.fixed)
        let (kept, gone) = (try await fixture.run("kept"), try await fixture.run("gone"))
        for run in [kept, gone] {
            try await fixture.runs.log(
                metrics: [MetricPoint(key: "m", value: 1, timestamp: 1)],
                params: [KeyValue("p", "1")],
                tags: [KeyValue("t", "1")],
                run: run
            )
            try await fixture.runs.logOutputs(run: run, models: [ModelLink(modelID: "m-1")])
            try await artifacts.name(objects.put(Data("x".utf8)), "0/\(run)/artifacts/a.txt")
        }
        try await fixture.runs.move(gone, to: .deleted, actor: "me")
        #expect(
            await code { try await purge(fixture).remove(runs: [gone, kept], actor: "me").runs }
                == "INVALID_PARAMETER_VALUE"
        )
        let report = try await purge(fixture).remove(runs: [gone], actor: "me")
        #expect(report.runs == 1)
        #expect(report.artifacts == 1)
        #expect(await code { try await fixture.runs.get(gone) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await fixture.runs.get(kept).metrics.count == 1)
        #expect(try await artifacts.list("0/\(kept)/artifacts").count == 1)
        #expect(try await artifacts.list("0/\(gone)/artifacts") == [])
        #expect(try await fixture.kinds().last == "tracking.run.purged")
    }

    @Test func `What was deleted long enough ago goes, the rest stays`() async throws {
        let fixture = try Fixture()
        let experiment = try await fixture.experiments.create(name: "e", artifactLocation: nil, tags: [], actor: "me")
        _ = try await fixture.run("in it", experiment: experiment)
        let model = try await fixture.models.create(.init(experimentID: 0, name: "m"), actor: "me")
        let kept = try await fixture.run("kept")
        try await fixture.experiments.move(experiment, to: .deleted, actor: "me")
        try await fixture.models.delete(model.id, actor: "me")
        #expect(try await purge(fixture).remove(olderThanSeconds: 1, actor: "me") == PurgeReport())
        let report = try await purge(fixture).remove(olderThanSeconds: 0, actor: "me")
        #expect(report.runs == 1)
        #expect(report.models == 1)
        #expect(report.experiments == 1)
        #expect(await code { try await fixture.experiments.get(experiment) } == "RESOURCE_DOES_NOT_EXIST")
        #expect(try await fixture.runs.get(kept).info.stage == .active)
    }
}
