import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

/// Several runs that need one identity at the same time.
@Suite struct SingleFlightTests {
    func yaml(_ command: String, cache: Bool = true) -> String {
        "pipeline: p\ntasks:\n  t:\n    run: |\n      \(command)\n    outputs: [o]\n    cache: \(cache)\n"
    }

    func start(_ count: Int, _ yaml: String, useCache: Bool = true, on engine: PipelineEngine) async throws -> [String]
    {
        _ = try await engine.apply(source: yaml, code: [], actor: "tester")
        var ids: [String] = []
        for _ in 0..<count {
            ids.append(try await engine.start(pipeline: "p", reason: "", actor: "tester", useCache: useCache))
        }
        return ids
    }

    func executions(_ path: String) throws -> Int {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
    }

    @Test func `the second run waits for the first and links what it made`() async throws {
        let harness = try EngineHarness(), ledger = harness.folder.path("ledger")
        let details = try await harness.withEngine(harness.engine(places: 4)) { engine in
            let ids = try await start(3, yaml("echo x >> \(ledger); sleep 0.3; date +%N > ${outputs.o}"), on: engine)
            var details: [RunDetail] = []
            for id in ids { details.append(try await engine.waitForEnd(id)) }
            return details
        }
        #expect(details.map(\.states) == [["t: succeeded"], ["t: cached"], ["t: cached"]])
        #expect(Set(details.map(\.outputs)).count == 1)
        #expect(try executions(ledger) == 1)
    }

    @Test func `when the first fails the second runs itself`() async throws {
        let harness = try EngineHarness(), ledger = harness.folder.path("ledger")
        let command = "echo x >> \(ledger); sleep 0.3; test $(wc -l < \(ledger)) -ge 2; echo good > ${outputs.o}"
        let details = try await harness.withEngine(harness.engine(places: 4)) { engine in
            let ids = try await start(3, yaml(command), on: engine)
            var details: [RunDetail] = []
            for id in ids { details.append(try await engine.waitForEnd(id)) }
            return details
        }
        #expect(details.map(\.states) == [["t: failed"], ["t: succeeded"], ["t: cached"]])
        #expect(try executions(ledger) == 2)
    }

    @Test func `runs and tasks that do not ask the cache wait for nobody`() async throws {
        for (cache, useCache) in [(false, true), (true, false)] {
            let harness = try EngineHarness(), ledger = harness.folder.path("ledger")
            let details = try await harness.withEngine(harness.engine(places: 4)) { engine in
                let source = yaml("echo x >> \(ledger); sleep 0.2; echo good > ${outputs.o}", cache: cache)
                let ids = try await start(2, source, useCache: useCache, on: engine)
                var details: [RunDetail] = []
                for id in ids { details.append(try await engine.waitForEnd(id)) }
                return details
            }
            #expect(details.map(\.states) == [["t: succeeded"], ["t: succeeded"]])
            #expect(try executions(ledger) == 2)
        }
    }

    @Test func `a restart in the middle changes nothing: one executes, the other links`() async throws {
        let harness = try EngineHarness(), ledger = harness.folder.path("ledger")
        let ids = try await harness.withEngine(harness.engine(places: 4)) { engine in
            let ids = try await start(2, yaml("echo x >> \(ledger); sleep 0.5; date +%N > ${outputs.o}"), on: engine)
            _ = try await engine.wait(ids[0]) { $0.states == ["t: running"] }
            return ids
        }
        let details = try await harness.withEngine(harness.engine(places: 4)) { engine in
            [try await engine.waitForEnd(ids[0]), try await engine.waitForEnd(ids[1])]
        }
        #expect(Set(details.map(\.states)) == [["t: succeeded"], ["t: cached"]])
        #expect(details[0].outputs == details[1].outputs)
    }

    @Test func `a run that is cancelled while it is waited for hands over`() async throws {
        let harness = try EngineHarness(), ledger = harness.folder.path("ledger")
        let details = try await harness.withEngine(harness.engine(places: 4)) { engine in
            let source = yaml(
                "echo x >> \(ledger); test $(wc -l < \(ledger)) -ge 2 || sleep 600; echo good > ${outputs.o}"
            )
            let ids = try await start(2, source, on: engine)
            // Written: what is cancelled before it has begun leaves no line, and the second would be the one that sleeps.
            _ = try await engine.wait(ids[0]) { _ in FileManager.default.contents(atPath: ledger)?.isEmpty == false }
            try await engine.cancel(ids[0], actor: "tester")
            return [try await engine.waitForEnd(ids[0]), try await engine.waitForEnd(ids[1])]
        }
        #expect(details.map(\.states) == [["t: cancelled"], ["t: succeeded"]])
    }
}
