import Foundation
import Primitives
import Storage
import TestSupport
import Testing

@testable import Pipelines

@Suite struct MappingTests {
    private static let overParameter = """
        pipeline: words
        parameters: { words: { type: list, default: [one, "it's"] } }
        tasks:
          measure:
            map: { over: params.words }
            run: printf %s ${map.item} | wc -c | tr -d '\\n ' > ${outputs.size}
            outputs: [size]
          sum:
            inputs: { sizes: measure.size }
            run: cat ${inputs.sizes}/* > ${outputs.all}
            outputs: [all]
        """

    private func text(_ harness: EngineHarness, _ output: TaskOutput?) throws -> String {
        let output = try #require(output)
        return String(decoding: try harness.objects.data(output.digest, upTo: 10_000), as: UTF8.self)
    }

    private func tree(_ harness: EngineHarness, _ output: TaskOutput?) throws -> [String] {
        try harness.objects.tree(#require(output).digest).entries.map(\.path)
    }

    @Test func `a task is executed for each element of a parameter, and what they wrote is a folder`() async throws {
        let harness = try EngineHarness()
        let (first, more, same, instances) = try await harness.withEngine { engine in
            let first = try await harness.run(Self.overParameter, on: engine)
            let more = try await harness.run(
                Self.overParameter,
                parameters: ["words": ["new", "it's", "one"]],
                on: engine
            )
            let same = try await harness.run(Self.overParameter, on: engine)
            return (first, more, same, try await engine.store.instances(run: more.run.id, task: "measure").elements)
        }
        #expect(first.states == ["measure: succeeded", "sum: succeeded"])
        #expect(first.instances == ["measure": ["succeeded": 2]])
        #expect(try first.task("measure").mapSize == 2)
        #expect(try tree(harness, first.outputs["measure"]?.first) == ["000000", "000001"])
        #expect(try text(harness, first.outputs["sum"]?.first) == "34")
        // Only the new element is executed, wherever the others stand now.
        #expect(
            instances.map { "\($0.task.task): \($0.task.status.state.name)" } == [
                "measure[0]: succeeded", "measure[1]: cached", "measure[2]: cached",
            ]
        )
        #expect(try text(harness, more.outputs["sum"]?.first) == "343")
        // The whole is linked without a look at its elements.
        #expect(same.states == ["measure: cached", "sum: cached"])
        #expect(same.instances == [:])
    }

    @Test func `a task is executed for each element of a JSON list that an earlier one wrote`() async throws {
        let harness = try EngineHarness()
        let (detail, log, instances) = try await harness.withEngine { engine in
            let detail = try await harness.run(
                """
                pipeline: p
                tasks:
                  list:
                    run: |
                      echo '[{"name":"a b","n":[1]},{"name":"c"},{"name":"a b","n":2}]' > ${outputs.items}
                    outputs: [items]
                  each:
                    map: { over: list.items }
                    run: echo ${map.item.name}; mkdir ${outputs.o}; echo ${map.item.name} > ${outputs.o}/name
                    outputs: [o]
                  again:
                    map: { shards: each.o }
                    run: cat ${map.item}/name > ${outputs.o}; echo ${map.key}/${map.index} >> ${outputs.o}
                    outputs: [o]
                """,
                on: engine
            )
            let log = try await engine.log(run: detail.run.id, task: "each[2]")
            return (detail, log, try await engine.store.instances(run: detail.run.id, task: "each").elements)
        }
        #expect(detail.states == ["list: succeeded", "each: succeeded", "again: succeeded"])
        #expect(try tree(harness, detail.outputs["each"]?.first) == ["000000/name", "000001/name", "000002/name"])
        // The third is as the first: it waits for it and is linked, with its log.
        #expect(instances.map(\.task.status.state) == [.succeeded, .succeeded, .cached])
        #expect(String(decoding: log.bytes, as: UTF8.self) == "a b\n")
        let shards = try harness.objects.tree(#require(detail.outputs["again"]?.first).digest)
        #expect(shards.entries.map(\.path) == ["000000", "000001", "000002"])
        let bytes = try harness.objects.data(shards.entries[2].digest, upTo: 100)
        #expect(String(decoding: bytes, as: UTF8.self) == "a b\n000002/2\n")
    }

    @Test func `a shard that changes executes one instance`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            parameters: { b: { type: string, default: x } }
            tasks:
              split:
                run: mkdir ${outputs.shards}; cd ${outputs.shards}; echo 1 > a; mkdir c; echo 2 > c/d; echo ${params.b} > b
                outputs: [shards]
              count:
                map: { shards: split.shards }
                run: ls inputs > ${outputs.o}; [ -d ${map.item} ] || cat ${map.item} >> ${outputs.o}
                outputs: [o]
            """
        let states = try await harness.withEngine { engine in
            var states: [[String]] = []
            for b in ["x", "y"] {
                let run = try await harness.run(yaml, parameters: ["b": .string(b)], on: engine)
                let instances = try await engine.store.instances(run: run.run.id, task: "count").elements
                states.append(instances.map(\.task.status.state.name))
                #expect(try tree(harness, run.outputs["count"]?.first) == ["a", "b", "c"])
            }
            return states
        }
        #expect(states == [["succeeded", "succeeded", "succeeded"], ["cached", "succeeded", "cached"]])
    }

    @Test(arguments: [
        ("[1,2,3,4]", "map_too_large"), ("{\"a\":1}", "map_source_invalid"), ("[1,2", "map_source_invalid"),
        ("\"text\"", "map_source_invalid"),
    ])
    func `a source that cannot be mapped fails the task before anything begins`(list: String, code: String) async throws
    {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            try await harness.run(
                """
                pipeline: p
                parameters: { text: { type: string, default: "" } }
                tasks:
                  list: { run: "printf %s ${params.text} > ${outputs.l}", outputs: [l] }
                  each: { run: "true", map: { over: list.l, limit: 3 } }
                  after: { run: "true", after: [each] }
                """,
                parameters: ["text": .string(list)],
                on: engine
            )
        }
        #expect(detail.states == ["list: succeeded", "each: failed", "after: skipped"])
        #expect(try detail.task("each").failure?.code == code)
        #expect(detail.instances == [:])
    }

    @Test func `a list of a million is refused with its own code`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            try await harness.run(
                """
                pipeline: p
                tasks:
                  list:
                    run: (printf '[0'; yes ,1 | head -n 999999 | tr -d '\\n'; printf ']') > ${outputs.l}
                    outputs: [l]
                  each: { run: "true", map: { over: list.l, limit: 100000 } }
                """,
                on: engine
            )
        }
        #expect(try detail.task("each").failure?.code == "map_too_large")
        #expect(try detail.task("each").failure?.message.contains("more than 100000") == true)
    }

    @Test func `instances that fail are repeated by themselves, named by the task, and not executed again when good`()
        async throws
    {
        let harness = try EngineHarness()
        let flag = harness.folder.path("flag")
        let yaml = """
            pipeline: p
            parameters: { n: { type: list, default: [1, 2, 3] } }
            tasks:
              each:
                map: { over: params.n }
                run: |
                  if [ ${map.item} != 1 ] && [ ! -e \(flag) ]; then echo bad; exit 7; fi
                retries: { limit: 1, backoff_seconds: 0 }
            """
        let (bad, failed, good, instances) = try await harness.withEngine { engine in
            let bad = try await harness.run(yaml, on: engine)
            let failed = try await engine.store.instances(run: bad.run.id, task: "each", state: "failed").elements
            #expect(FileManager.default.createFile(atPath: flag, contents: nil))
            let good = try await harness.run(yaml, on: engine)
            return (bad, failed, good, try await engine.store.instances(run: good.run.id, task: "each").elements)
        }
        #expect(bad.run.state == .failed)
        #expect(bad.instances == ["each": ["succeeded": 1, "failed": 2]])
        #expect(failed.map(\.task.task) == ["each[1]", "each[2]"])
        #expect(failed.map(\.task.status.attempt) == [2, 2])
        let failure = try bad.task("each").failure
        #expect(failure?.code == "task_instances_failed")
        #expect(failure?.message.hasPrefix("2 of 3 instances failed; each[1]: task_failed: ") == true)
        #expect(good.run.state == .succeeded)
        #expect(instances.map(\.task.status.state) == [.cached, .succeeded, .succeeded])
    }

    @Test func `an empty list is done at once, with empty folders`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            try await harness.run(Self.overParameter.replacing("/*", with: ""), parameters: ["words": []], on: engine)
        }
        #expect(try detail.task("measure").status.state == .succeeded)
        #expect(try tree(harness, detail.outputs["measure"]?.first) == [])
    }

    @Test func `a restart in the middle repeats what was under way and nothing else`() async throws {
        let harness = try EngineHarness()
        let ledger = harness.folder.path("ledger")
        let yaml = """
            pipeline: p
            parameters: { n: { type: list, default: [0, 1, 2, 3, 4, 5] } }
            tasks:
              each:
                map: { over: params.n }
                run: sleep 0.1; echo ${map.item} >> \(ledger); echo ${map.item} > ${outputs.o}
                outputs: [o]
            """
        let id = try await harness.withEngine { engine in
            _ = try await engine.apply(source: yaml, code: [], actor: "t")
            let id = try await engine.start(pipeline: "p", reason: "", actor: "t", useCache: false)
            _ = try await engine.wait(id) { ($0.instances["each"]?["succeeded"] ?? 0) >= 2 }
            return id
        }
        let before = try await harness.engine().store.run(id)
        #expect(before.run.state == .running)
        let done = before.instances["each"]?["succeeded"] ?? 0
        #expect((2..<6).contains(done))
        let detail = try await harness.withEngine { try await $0.waitForEnd(id) }
        #expect(detail.run.state == .succeeded)
        #expect(detail.instances == ["each": ["succeeded": 6]])
        let lines = try String(contentsOfFile: ledger, encoding: .utf8).split(separator: "\n")
        #expect(Set(lines).count == 6)
        #expect(lines.count <= 8)
        #expect(try tree(harness, detail.outputs["each"]?.first).count == 6)
    }

    @Test func `a cancelled run leaves no instance under way`() async throws {
        let harness = try EngineHarness()
        let detail = try await harness.withEngine { engine in
            _ = try await engine.apply(
                source: """
                    pipeline: p
                    parameters: { n: { type: list, default: [0, 1, 2, 3, 4, 5] } }
                    tasks:
                      each: { run: "sleep 30; echo ${map.index}", map: { over: params.n } }
                    """,
                code: [],
                actor: "t"
            )
            let id = try await engine.start(pipeline: "p", reason: "", actor: "t")
            _ = try await engine.wait(id) { $0.instances["each"]?["running"] == 2 }
            try await engine.cancel(id, actor: "t")
            return try await engine.waitForEnd(id)
        }
        #expect(detail.run.state == .cancelled)
        #expect(detail.instances == ["each": ["cancelled": 2]])
    }

    @Test func `thousands of instances are linked in several short steps, each once`() async throws {
        let harness = try EngineHarness()
        let yaml = """
            pipeline: p
            parameters: { salt: { type: string, default: a } }
            tasks:
              list: { run: "seq -s, 0 2499 | sed 's/^/[/; s/$/]/' > ${outputs.l}; : ${params.salt}", outputs: [l] }
              tail: { run: ": ${params.salt}", after: [list] }
              each: { run: ": same", map: { over: list.l } }
            """
        let detail = try await harness.withEngine { try await harness.run(yaml, on: $0) }
        #expect(detail.run.state == .succeeded)
        // The command does not use its element, so that all instances are one.
        #expect(detail.instances == ["each": ["succeeded": 1, "cached": 2499]])
    }

    @Test func `another engine is refused a mapped pipeline`() async throws {
        let harness = try EngineHarness(), engine = harness.engine()
        _ = try await engine.apply(source: Self.overParameter, code: [], actor: "t")
        let error = await #expect(throws: PlatformError.self) {
            try await engine.startExternal(
                pipeline: "words",
                engine: "airflow",
                externalID: "r",
                parameters: [:],
                actor: "t"
            )
        }
        #expect(error?.code.name == "pipeline_not_exportable")
        let definition = try PipelineDefinition(yaml: Self.overParameter)
        for other in PipelineExport.Engine.allCases {
            #expect(throws: PlatformError.self) {
                try PipelineExport(definition, path: "p.yaml", image: "i").text(for: other)
            }
        }
    }

    @Test(arguments: [
        ("map: { over: params.x }", 6, 10, "pipeline_undefined_parameter"),
        ("map: { over: params.n }", 6, 10, "pipeline_wrong_type"),
        ("map: { over: b.o }", 6, 10, "pipeline_undefined_task"),
        ("map: { shards: a.p }", 6, 10, "pipeline_undefined_output"),
        ("map: { shards: params }", 6, 20, "pipeline_invalid_value"),
        ("map: { over: a.o, shards: a.o }", 6, 10, "pipeline_invalid_value"),
        ("map: { limit: 3 }", 6, 10, "pipeline_missing_key"),
        ("map: { over: a.o, limit: 100001 }", 6, 30, "pipeline_invalid_value"),
        ("map: { over: a.o, most: 3 }", 6, 23, "pipeline_unknown_key"),
        ("map: [a.o]", 6, 10, "pipeline_wrong_type"),
        ("cache: true", 5, 3, "pipeline_undefined_reference"),
        ("map: { shards: a.o }\n    inputs: { item: a.o }", 6, 10, "pipeline_duplicate_name"),
    ])
    func `lint says where a map goes wrong`(map: String, line: Int, column: Int, code: String) {
        let problems = DefinitionParser.parse(
            """
            pipeline: p
            parameters: { l: { type: list, default: [a] }, n: { type: integer, default: 1 } }
            tasks:
              a: { run: x, outputs: [o] }
              c:
                \(map)
                run: x ${map.index}
            """
        ).problems
        #expect(problems.map(\.code.name) == [code])
        #expect(problems.map { [$0.line, $0.column] } == [[line, column]])
    }
}
