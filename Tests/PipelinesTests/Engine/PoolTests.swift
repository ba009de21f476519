import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct PoolTests {
    /// Lines that tasks write when they begin and end, in order.
    private func ledger(_ harness: EngineHarness) throws -> [String] {
        try String(contentsOfFile: harness.folder.path("ledger"), encoding: .utf8).split(separator: "\n").map(
            String.init
        )
    }

    private func task(_ harness: EngineHarness, _ name: String, _ more: String) -> String {
        let ledger = harness.folder.path("ledger")
        return
            "  \(name): { run: 'echo +\(name) >> \(ledger); sleep 0.1; echo -\(name) >> \(ledger)', cache: false, \(more) }\n"
    }

    /// The most tasks of some names that ran at one time.
    private func most(_ lines: [String], _ names: Set<String>) -> Int {
        var (now, most) = (0, 0)
        for line in lines where names.contains(String(line.dropFirst())) {
            now += line.hasPrefix("+") ? 1 : -1
            most = max(most, now)
        }
        return most
    }

    @Test func `tasks of one pool never hold more slots than it has, in whatever runs they are`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(places: 6)
        try await harness.withEngine(engine) { engine in
            try await engine.setPool("gpu", slots: 1, actor: "t")
            var runs: [String] = []
            for pipeline in ["p", "q"] {
                let tasks = (1...3).map { task(harness, "\(pipeline)\($0)", "pool: gpu") }.joined()
                let source = "pipeline: \(pipeline)\ntasks:\n" + tasks + task(harness, "\(pipeline)free", "after: []")
                _ = try await engine.apply(source: source, code: [], actor: "t")
                runs.append(try await engine.start(pipeline: pipeline, reason: "", actor: "t"))
            }
            for run in runs { #expect(try await engine.waitForEnd(run).run.state == .succeeded) }
            #expect(try await engine.store.pools() == [Pool(name: "gpu", slots: 1, used: 0)])
        }
        let lines = try ledger(harness)
        #expect(lines.count == 16)
        #expect(most(lines, ["p1", "p2", "p3", "q1", "q2", "q3"]) == 1)
        // What needs no slot passed those that wait for one.
        for name in ["p", "q"] {
            let (free, last) = (lines.firstIndex(of: "+\(name)free"), lines.firstIndex(of: "+\(name)3"))
            #expect(try #require(free) < #require(last))
        }
    }

    @Test func `a pool without slots holds its tasks, and a larger one lets them go at once`() async throws {
        let harness = try EngineHarness()
        try await harness.withEngine { engine in
            try await engine.setPool("gpu", slots: 0, actor: "t")
            let source = "pipeline: p\ntasks:\n" + task(harness, "a", "pool: gpu") + task(harness, "b", "after: []")
            _ = try await engine.apply(source: source, code: [], actor: "t")
            let id = try await engine.start(pipeline: "p", reason: "", actor: "t")
            let waiting = try await engine.wait(id) { $0.tasks[1].status.state == .succeeded }
            #expect(waiting.states == ["a: ready", "b: succeeded"])
            try await engine.setPool("gpu", slots: 2, actor: "t")
            #expect(try await engine.waitForEnd(id).run.state == .succeeded)
        }
    }

    @Test func `instances of a mapped task hold one slot each`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let engine = harness.engine(places: 6)
        try await harness.withEngine(engine) { engine in
            try await engine.setPool("gpu", slots: 2, actor: "t")
            let detail = try await harness.run(
                """
                pipeline: p
                parameters: { n: { type: list, default: [1, 2, 3, 4, 5, 6] } }
                tasks:
                  each:
                    map: { over: params.n }
                    pool: gpu
                    run: echo +x >> \(ledger); sleep 0.1; echo -x >> \(ledger); echo ${map.item}
                """,
                on: engine
            )
            #expect(detail.run.state == .succeeded)
        }
        #expect(try most(self.ledger(harness), ["x"]) == 2)
    }

    @Test func `higher priority begins first, also before older runs`() async throws {
        let harness = try EngineHarness()
        let engine = harness.engine(places: 1)
        try await harness.withEngine(engine) { engine in
            try await engine.setPool("gate", slots: 0, actor: "t")
            let low =
                "pipeline: low\npriority: -5\ntasks:\n" + task(harness, "l1", "pool: gate")
                + task(harness, "l2", "pool: gate, priority: 7")
            let high = "pipeline: high\ntasks:\n" + task(harness, "h1", "pool: gate")
            var runs: [String] = []
            for (name, source) in [("low", low), ("high", high)] {
                _ = try await engine.apply(source: source, code: [], actor: "t")
                runs.append(try await engine.start(pipeline: name, reason: "", actor: "t"))
            }
            for run in runs { _ = try await engine.wait(run) { $0.tasks[0].status.state == .ready } }
            try await engine.setPool("gate", slots: 5, actor: "t")
            for run in runs { _ = try await engine.waitForEnd(run) }
        }
        #expect(try ledger(harness).filter { $0.hasPrefix("+") } == ["+l2", "+h1", "+l1"])
    }

    @Test func `a pool that is not there is refused with the file, and sizes have bounds`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        let unknown = await #expect(throws: PlatformError.self) {
            try await engine.apply(source: "pipeline: p\ntasks: { a: { run: x, pool: gpu } }", code: [], actor: "t")
        }
        #expect(unknown?.code.name == "pipeline_undefined_pool")
        for (name, slots) in [("gpu", -1), ("gpu", 1_001), ("a b", 1)] {
            await #expect(throws: PlatformError.self) { try await engine.setPool(name, slots: slots, actor: "t") }
        }
        #expect(try await engine.store.pools() == [])
    }

    @Test(arguments: [
        ("pool: 'a b'", "pipeline_invalid_value"), ("priority: 1001", "pipeline_invalid_value"),
        ("priority: high", "pipeline_wrong_type"),
    ])
    func `lint refuses what is no pool and no priority`(key: String, code: String) {
        let problems = DefinitionParser.parse("pipeline: p\ntasks:\n  a:\n    run: x\n    \(key)\n").problems
        #expect(problems.map(\.code.name) == [code])
        #expect(problems.map(\.line) == [5])
    }
}
