import Foundation
import Logging
import Primitives
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Serving

struct GatewayTests {
    /// Versions of `intent`: 3 always fails, 4 takes a second, 5 is unsure, 6 fails to load; the others answer their own
    /// number, 8 and 9 the same one.
    private final class World: Sendable {
        let database: any DatabaseEngine
        let table = EndpointTable()
        let registry: EndpointRegistry
        let predictions: PredictionService
        let signals = GatewaySignals()
        let shadows = ShadowQueue(pool: WorkerPool(name: "shadow", threads: 1, queueLimit: 2, deadline: .seconds(5)))
        private let observed = Counted()

        final class Counted: Sendable {
            let records = Mutex<[PredictionRecord]>([])
        }

        /// Holds the slow model's calls until it is opened.
        final class Gate: Sendable {
            private let semaphore = DispatchSemaphore(value: 0)
            func pass() { semaphore.wait() }
            func open() { for _ in 0..<64 { semaphore.signal() } }
        }

        let gate = Gate()
        let pool = WorkerPool(name: "inference", threads: 2, queueLimit: 512, deadline: .seconds(300))

        var records: [PredictionRecord] { observed.records.withLock { $0 } }

        init(database: any DatabaseEngine) {
            self.database = database
            let observed = observed, gate = gate
            let backend = ServingBackend(
                resolve: { reference in
                    guard case .version(let model, let version) = reference, (1...9).contains(version) else {
                        throw PlatformError(.notFound, "no version \(reference)")
                    }
                    let digest = Digest.sha256(of: Data("\(version)".utf8))
                    return ResolvedModel(model: model, version: version, package: digest, folder: "/\(version)")
                },
                load: { resolved, variant in
                    let version = resolved.version
                    if version == 6 { throw PlatformError(ErrorCode("self_test_failed", .failedPrecondition), "no") }
                    return ServedModel(
                        variant: variant ?? "int8",
                        // The slow one runs one request at a time, so that others wait for it.
                        batchInvariant: version != 4,
                        inputs: [],
                        outputs: [],
                        classify: { texts in
                            if version == 3 { throw PlatformError(ErrorCode("model_failed", .internal), "no") }
                            if version == 4 { gate.pass() }
                            if texts == ["bad"] { throw PlatformError(.invalidArgument, "the text is bad") }
                            let label = "v\(version == 9 ? 8 : version)"
                            return texts.map { _ in
                                TextPrediction(
                                    alternatives: [.init(label: label, score: version == 5 ? 0.2 : 0.9)],
                                    tokenCount: 3,
                                    unknownShare: 0,
                                    characterCount: 1
                                )
                            }
                        },
                        infer: { tensors, _ in tensors }
                    )
                },
                deployed: { _, _, _ in },
                observe: { record in observed.records.withLock { $0.append(record) } }
            )
            registry = EndpointRegistry(
                store: EndpointStore(database: database),
                policies: PolicyStore(database: database),
                table: table,
                backend: backend,
                loader: WorkerPool(name: "loader", threads: 1, queueLimit: 8, deadline: .seconds(30)),
                time: TestClock.fixed,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                gateway: signals
            )
            predictions = PredictionService(
                table: table,
                pool: pool,
                observe: backend.observe,
                time: TestClock.fixed,
                identifiers: TestIdentifiers.counting(),
                shadows: shadows
            )
        }

        func deploy(_ version: Int) async throws {
            _ = try await registry.deploy(
                "intent",
                reference: .version(model: "intent", version: version),
                variant: nil,
                actor: "ada"
            )
        }

        @discardableResult
        func apply(_ policy: String) async throws -> EndpointRegistry.Applied {
            try await registry.apply("endpoint: intent\n" + policy, to: "intent", actor: "ada")
        }

        func ask(_ text: String = "a", _ caller: Caller = .platform) async throws -> ServedPrediction {
            let answers = try await predictions.classify(endpoint: "intent", texts: [text], caller: caller)
            return try #require(answers.first)
        }

        func code(_ text: String = "a", _ caller: Caller = .platform) async -> String {
            do { return "\(try await ask(text, caller).prediction.label)" } catch {
                return (error as? PlatformError)?.code.name ?? "\(error)"
            }
        }

        func counts() throws -> GatewayCounts { try #require(table.endpoint("intent").gate).counts }

        func kinds() async throws -> [String] {
            try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: "endpoint", subject: nil)
                .map(\.event.kind)
        }
    }

    private func world(deployed version: Int = 1) async throws -> World {
        let world = World(database: try TestDatabase.make())
        try await world.deploy(version)
        return world
    }

    @Test func `A split gives each arm its share, and the same key always the same arm`() async throws {
        let world = try await world()
        try await world.apply(
            "split: {arms: [{name: stable, weight: 3}, {name: new, model: intent/2, weight: 1}]}"
        )
        var arms: [String: Int] = [:]
        for number in 0..<400 {
            let answer = try await world.ask("a", Caller(principal: "ada", requestID: "r\(number)"))
            arms[try #require(answer.arm), default: 0] += 1
            #expect(answer.version == (answer.arm == "new" ? 2 : 1) && answer.prediction.label == "v\(answer.version)")
            #expect(try await world.ask("a", Caller(principal: "bob", requestID: "r\(number)")).arm == answer.arm)
        }
        #expect(abs((arms["new"] ?? 0) - 100) < 40, "\(arms)")
        #expect(try world.counts().arms.mapValues(\.answered) == arms.mapValues { $0 * 2 })
        #expect(world.records.last?.arm != nil)
    }

    @Test func `An experiment is decided at the sample size, by the figures of that moment`() async throws {
        let world = try await world()
        try await world.apply(
            """
            split:
              arms: [{name: stable, weight: 1}, {name: new, model: intent/3, weight: 1}]
              experiment: {minimum_requests: 10}
            """
        )
        for number in 0..<15 { _ = await world.code("a", Caller(principal: "", requestID: "\(number)")) }
        #expect(try world.counts().experiment == nil)
        for number in 15..<200 { _ = await world.code("a", Caller(principal: "", requestID: "\(number)")) }
        let decided = try #require(try world.counts().experiment)
        #expect(decided.values.map { $0.answered + $0.failed }.min() == 10)
    }

    @Test func `Fallbacks answer in the same request, in their order`() async throws {
        let world = try await world()
        try await world.deploy(3)
        try await world.apply("fallback: {use: [{model: intent/3}, {last_good: true}]}")
        let answer = try await world.ask()
        #expect(answer.version == 1 && answer.arm == "fallback/last_good")
        try await world.apply(
            "fallback: {use: [{rules: [{contains: Light, label: on, score: 0.5}]}, {constant: {label: none}}]}"
        )
        #expect(try await world.ask("the LIGHT").prediction.alternatives == [.init(label: "on", score: 0.5)])
        let constant = try await world.ask("else")
        #expect(constant.prediction.label == "none" && constant.arm == "fallback/constant" && constant.version == 0)
        let counts = try world.counts()
        #expect(counts.fallbacks == ["rules": 1, "constant": 1] && counts.causes == ["error": 2])
        #expect(counts.arms["stable"]?.failed == 2)
    }

    @Test func `A request that is itself at fault falls back on nothing`() async throws {
        let world = try await world()
        try await world.apply("fallback: {use: [{constant: {label: none}}]}")
        #expect(await world.code("bad") == "invalid_argument")
        #expect(try world.counts().arms["stable"] == nil)
    }

    @Test func `A slow model is let go, an unsure one is asked again elsewhere`() async throws {
        let world = try await world(deployed: 4)
        try await world.apply("fallback: {timeout_ms: 50, use: [{model: intent/2}]}")
        // The slow model answers only when it is let.
        #expect(try await world.ask().version == 2)
        world.gate.open()
        try await world.apply("fallback: {when: [error], use: [{model: intent/2}]}")
        try await world.deploy(5)
        try await world.apply(
            "fallback: {when: [low_confidence], minimum_confidence: 0.5, use: [{model: intent/5}, {model: intent/2}]}"
        )
        #expect(try await world.ask().version == 2)
        try await world.apply(
            "fallback: {when: [low_confidence], minimum_confidence: 0.95, use: [{model: intent/2}]}"
        )
        // Nobody is sure enough: the model's own answer is better than none.
        #expect(try await world.ask().arm == "stable")
    }

    @Test func `Throttled requests say when to ask again, and others are answered`() async throws {
        let world = try await world()
        try await world.apply("throttle: {principal: {rate: 0.01, burst: 2}}")
        let ada = Caller(principal: "ada"), bob = Caller(principal: "bob")
        #expect(await world.code("a", ada) == "v1")
        #expect(await world.code("a", ada) == "v1")
        do {
            _ = try await world.ask("a", ada)
            Issue.record("the third request was answered")
        } catch let error as PlatformError {
            #expect(error.code == .throttled && Int(error.context["retry_after_seconds"] ?? "") ?? 0 > 90)
        }
        #expect(await world.code("a", bob) == "v1")
        #expect(try world.counts().refused == ["throttled": 1])
        try await world.apply("drain: true")
        #expect(await world.code("a", bob) == "endpoint_draining")
    }

    @Test func `A low priority is shed while others wait`() async throws {
        let world = try await world(deployed: 4)
        try await world.apply("shed: {low: 1}")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { _ = await world.code() } }
            // Two are held by the model, four wait.
            while world.pool.queueDepth < 4 { await Task.yield() }
            #expect(await world.code("a", Caller(principal: "", priority: .low)) == "request_shed")
            world.gate.open()
            group.cancelAll()
        }
    }

    @Test func `A pinned endpoint refuses other versions`() async throws {
        let world = try await world()
        await #expect(throws: PlatformError.self) { try await world.apply("pin: 2") }
        try await world.apply("pin: 1")
        await #expect(throws: PlatformError.self) { try await world.deploy(2) }
        try await world.deploy(1)
        try await world.apply("description: free")
        try await world.deploy(2)
    }

    @Test func `Policies are versions: applied, kept, gone back to, and each change is an event`() async throws {
        let world = try await world()
        #expect(try await world.apply("drain: true").policy.version == 1)
        #expect(!(try await world.apply("drain: true").changed))
        #expect(try await world.apply("drain: false").policy.version == 2)
        let back = try await world.registry.rollBack("intent", to: nil, actor: "bob")
        #expect(back.policy.version == 3 && back.policy.restores == 1 && back.policy.appliedBy == "bob")
        #expect(await world.code() == "endpoint_draining")
        await #expect(throws: PlatformError.self) { try await world.registry.rollBack("intent", to: 9, actor: "bob") }
        await #expect(throws: PlatformError.self) { try await world.apply("shadow: {model: intent/6}") }
        #expect(try await world.registry.policyHistory("intent").map(\.version) == [3, 2, 1])
        let expected = ["deployed", "policy.applied", "policy.applied", "policy.rolled_back"]
        #expect(try await world.kinds() == expected.map { "endpoint.\($0)" })
    }

    @Test func `A restart goes on by the policy, without what can no longer be loaded`() async throws {
        let database = try TestDatabase.make()
        let before = World(database: database)
        try await before.deploy(1)
        try await before.deploy(2)
        try await before.apply("fallback: {use: [{last_good: true}]}\nthrottle: {endpoint: {rate: 0.01, burst: 1}}")
        let after = World(database: database)
        try await after.registry.restore()
        let gate = try #require(try after.table.endpoint("intent").gate)
        #expect(gate.version == 1 && gate.lastGood?.version == 1)
        #expect(await after.code() == "v2")
        #expect(await after.code() == "throttled")
    }

    @Test func `A removed endpoint is gone, its policy with it`() async throws {
        let world = try await world()
        try await world.apply("drain: true")
        try await world.registry.remove("intent", actor: "ada")
        #expect(await world.code() == "unknown_endpoint")
        await #expect(throws: PlatformError.self) { try await world.registry.remove("intent", actor: "ada") }
        try await world.deploy(2)
        #expect(await world.code() == "v2")
        #expect(try await world.kinds().suffix(2) == ["endpoint.removed", "endpoint.deployed"])
    }

    /// Runs the gateway's service while `body` does.
    private func serving<Value: Sendable>(
        _ world: World,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let service = GatewayService(
            registry: world.registry,
            signals: world.signals,
            shadows: world.shadows,
            interval: .milliseconds(5)
        )
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await service.run()
                return nil
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            while let value = try await group.next() { if let value { return value } }
            throw CancellationError()
        }
    }

    @Test(.timeLimit(.minutes(1))) func `A canary that does well is deployed while requests go on`() async throws {
        let world = try await world()
        try await world.apply(
            "canary: {model: intent/2, steps: [{share: 0.2, requests: 20}, {share: 0.6, requests: 30}]}"
        )
        try await serving(world) {
            while try world.table.endpoint("intent").gate?.canaryMachine?.phase != .promoted {
                let answer = try await world.ask()
                #expect(answer.prediction.label == "v\(answer.version)")
            }
        }
        #expect(try world.table.endpoint("intent").record.version == 2)
        #expect(try await world.ask().arm == "stable")
        #expect(
            try await world.kinds().map { $0.dropFirst(9) } == [
                "deployed", "policy.applied", "canary.advanced", "canary.passed", "swapped", "canary.promoted",
            ]
        )
        let after = World(database: world.database)
        try await after.registry.restore()
        #expect(try after.table.endpoint("intent").gate?.canaryMachine?.phase == .promoted)
    }

    @Test(.timeLimit(.minutes(1))) func `A canary that fails is taken out, and nobody sees an error`() async throws {
        let world = try await world()
        try await world.apply(
            """
            canary: {model: intent/3, steps: [{share: 0.5, requests: 20}], maximum_error_rate: 0.1}
            fallback: {use: [{constant: {label: none}}]}
            """
        )
        for _ in 0..<60 { #expect(["v1", "none"].contains(await world.code())) }
        try await serving(world) {
            while try await !world.kinds().contains("endpoint.canary.rolled_back") {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(try world.counts().arms["canary"]?.failed == 3)
        #expect(try world.table.endpoint("intent").record.version == 1)
        let after = World(database: world.database)
        try await after.registry.restore()
        #expect(try after.table.endpoint("intent").gate?.canaryMachine?.phase == .rolledBack)
    }

    @Test(.timeLimit(.minutes(1))) func `A shadow is compared and never seen`() async throws {
        let world = try await world(deployed: 8)
        try await serving(world) {
            for (version, agreed) in [(9, 30), (1, 0)] {
                try await world.apply("shadow: {model: intent/\(version)}")
                for _ in 0..<30 { #expect(try await world.ask().version == 8) }
                while try world.counts().compared < 30 { try await Task.sleep(for: .milliseconds(2)) }
                #expect(try world.counts().agreed == agreed && world.counts().shadowFailed == 0)
            }
        }
    }

    @Test func `More shadows than may wait are left out, and answers do not wait for them`() async throws {
        let world = try await world()
        try await world.apply("shadow: {model: intent/4}")
        for _ in 0..<300 { _ = try await world.ask() }
        #expect(try world.counts().shadowDropped == 300 - ShadowQueue.maximumWaiting)
    }

    @Test(.timeLimit(.minutes(1))) func `Requests under way while policies change all get an answer`() async throws {
        let world = try await world()
        let stop = Counter()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var count = 0
                    while stop.value == 0 {
                        let answer = try await world.ask("a", Caller(principal: "p\(worker)"))
                        #expect(answer.prediction.label == "v\(answer.version)")
                        count += 1
                    }
                    return count
                }
            }
            for change in 0..<30 {
                try await world.apply(
                    "split: {arms: [{name: stable, weight: 1}, {name: new, model: intent/\(1 + change % 2), weight: 1}]}"
                )
                try await world.deploy(1 + change % 2)
                if change % 3 == 2 { _ = try await world.registry.rollBack("intent", to: nil, actor: "ada") }
            }
            stop.add()
            return try await group.reduce(0, +)
        }
        let figures = try world.table.endpoint("intent").metrics.snapshot
        #expect(figures.requests == answered && figures.errors.isEmpty && figures.inFlight == 0)
    }
}
