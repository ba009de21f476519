import Foundation
import Logging
import Primitives
import Serving
import Storage
import Synchronization
import TestSupport
import Testing

struct EndpointRegistryTests {
    /// A registry of versions 1 to 9 of `intent`; version 7 fails its self-test.
    private final class World: Sendable {
        let database: any DatabaseEngine
        let table = EndpointTable()
        let registry: EndpointRegistry
        let predictions: PredictionService

        /// Counts how many models are loaded.
        private final class Model: Sendable {
            let version: Int
            let alive: @Sendable (Int) -> Void
            init(_ version: Int, _ alive: @escaping @Sendable (Int) -> Void) {
                self.version = version
                self.alive = alive
                alive(1)
            }
            deinit { alive(-1) }
        }

        private final class State: Sendable {
            let loaded = Counter()
            let champion = Mutex(1)
            let observed = Mutex<[PredictionRecord]>([])
        }

        private let state: State

        var loaded: Int { state.loaded.value }
        func setChampion(_ version: Int) { state.champion.withLock { $0 = version } }
        var records: [PredictionRecord] { state.observed.withLock { $0 } }

        init(database: any DatabaseEngine) {
            self.database = database
            let state = State()
            self.state = state
            let backend = ServingBackend(
                resolve: { reference in
                    let version: Int
                    switch reference {
                    case .alias: version = state.champion.withLock { $0 }
                    case .version(_, let number): version = number
                    }
                    guard (1...9).contains(version) else { throw PlatformError(.notFound, "no version \(version)") }
                    let digest = Digest.sha256(of: Data("\(version)".utf8))
                    return ResolvedModel(model: "intent", version: version, package: digest, folder: "/\(version)")
                },
                load: { resolved, variant in
                    if resolved.version == 7 {
                        throw PlatformError(ErrorCode("self_test_failed", .failedPrecondition), "no")
                    }
                    let model = Model(resolved.version) { state.loaded.add($0) }
                    return ServedModel(
                        variant: variant ?? "int8",
                        batchInvariant: false,
                        inputs: [],
                        outputs: [],
                        classify: { texts in
                            texts.map { text in
                                TextPrediction(
                                    alternatives: [
                                        .init(label: "v\(model.version)", score: 0.75), .init(label: "x", score: 0.25),
                                    ],
                                    tokenCount: 3,
                                    unknownShare: 0,
                                    characterCount: text.unicodeScalars.count
                                )
                            }
                        },
                        infer: { tensors, _ in tensors }
                    )
                },
                deployed: { _, _, _ in },
                observe: { record in state.observed.withLock { $0.append(record) } }
            )
            registry = EndpointRegistry(
                store: EndpointStore(database: database),
                table: table,
                backend: backend,
                loader: WorkerPool(name: "loader", threads: 1, queueLimit: 8, deadline: .seconds(30)),
                time: TestClock.fixed,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            predictions = PredictionService(
                table: table,
                pool: WorkerPool(name: "inference", threads: 2, queueLimit: 512, deadline: .seconds(30)),
                observe: backend.observe,
                time: TestClock.fixed,
                identifiers: TestIdentifiers.counting()
            )
        }

        func deploy(_ reference: String, variant: String? = nil) async throws -> EndpointRegistry.Deployed {
            try await registry.deploy("intent", reference: ModelReference(reference), variant: variant, actor: "ada")
        }

        func kinds() async throws -> [String] {
            try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: "endpoint", subject: nil)
                .map(\.event.kind)
        }
    }

    private func world() throws -> World { World(database: try TestDatabase.make()) }

    @Test func `A deployment loads, answers, swaps and releases the old model`() async throws {
        let world = try world()
        let first = try await world.deploy("intent/1")
        #expect(first.changed && first.previousVersion == nil)
        #expect(
            try await world.predictions.classify(endpoint: "intent", texts: ["a"]).map(\.prediction.label) == ["v1"]
        )
        let second = try await world.deploy("intent/2")
        #expect(second.changed && second.previousVersion == 1)
        #expect(try await world.predictions.classify(endpoint: "intent", texts: ["a"]).map(\.version) == [2])
        #expect(try await world.kinds() == ["endpoint.deployed", "endpoint.swapped"])
        withExtendedLifetime((first, second)) {}
    }

    @Test(.timeLimit(.minutes(1))) func `Requests under way during swaps all get an answer, and old models go`()
        async throws
    {
        let world = try world()
        _ = try await world.deploy("intent/1")
        let stop = Counter()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    while stop.value == 0 {
                        let answer = try await world.predictions.classify(endpoint: "intent", texts: ["light"])
                        // The label says which model answered; the version says which one was promised.
                        for item in answer { #expect(item.prediction.label == "v\(item.version)") }
                        count += 1
                    }
                    return count
                }
            }
            for swap in 0..<40 { _ = try await world.deploy("intent/\(swap % 2 + 1)", variant: "v\(swap)") }
            stop.add()
            return try await group.reduce(0, +)
        }
        let figures = try world.table.endpoint("intent").metrics.snapshot
        #expect(figures.requests == answered && figures.errors.isEmpty && figures.inFlight == 0)
        #expect(world.records.count == answered)
        // The last loader job may still hold what it returned for a moment.
        while world.loaded > 1 { try await Task.sleep(for: .milliseconds(1)) }
        #expect(world.loaded == 1)
    }

    @Test func `A version that fails its self-test leaves the old one serving`() async throws {
        let world = try world()
        _ = try await world.deploy("intent/1")
        await #expect(throws: PlatformError.self) { try await world.deploy("intent/7") }
        #expect(try await world.predictions.classify(endpoint: "intent", texts: ["a"]).map(\.version) == [1])
        #expect(try await world.kinds() == ["endpoint.deployed"])
    }

    @Test func `Deploying what is served already changes nothing`() async throws {
        let world = try world()
        _ = try await world.deploy("intent@champion")
        #expect(!(try await world.deploy("intent@champion").changed))
        #expect(try await world.kinds() == ["endpoint.deployed"])
        world.setChampion(2)
        #expect(try await world.deploy("intent@champion").previousVersion == 1)
    }

    @Test func `A restart serves the version that was served, not the one that the alias names now`() async throws {
        let database = try TestDatabase.make()
        let before = World(database: database)
        _ = try await before.deploy("intent@champion")
        let after = World(database: database)
        after.setChampion(5)
        try await after.registry.restore()
        let endpoint = try after.table.endpoint("intent")
        #expect(endpoint.record == (try before.table.endpoint("intent").record))
        #expect(try await after.predictions.classify(endpoint: "intent", texts: ["a"]).map(\.version) == [1])
    }

    @Test func `An endpoint whose model is gone says so and the others serve`() async throws {
        let world = try world()
        let record = EndpointRecord(
            name: "broken",
            reference: .version(model: "intent", version: 7),
            wantedVariant: nil,
            model: "intent",
            version: 7,
            variant: "int8",
            package: Digest.sha256(of: Data("7".utf8)),
            createdAt: TestClock.epoch,
            since: TestClock.epoch,
            deployedBy: "ada"
        )
        try await EndpointStore(database: world.database).save(
            record,
            event: JournalEvent(kind: "endpoint.deployed", subject: "endpoint/broken", actor: "ada")
        )
        try await world.registry.restore()
        do {
            _ = try await world.predictions.classify(endpoint: "broken", texts: ["a"])
            Issue.record("a broken endpoint answered")
        } catch let error as PlatformError {
            #expect(error.code == .endpointUnavailable)
            #expect(error.context["cause"] == "self_test_failed")
        }
        #expect(world.records.map(\.errorCode) == ["endpoint_unavailable"])
    }

    @Test func `A prediction is told to monitoring without its text`() async throws {
        let world = try world()
        _ = try await world.deploy("intent/3")
        _ = try await world.predictions.classify(endpoint: "intent", texts: ["turn on"])
        let record = try #require(world.records.first)
        let expected = PredictionRecord(
            id: record.id,
            at: TestClock.epoch,
            endpoint: "intent",
            model: "intent",
            version: 3,
            variant: "int8",
            label: "v3",
            score: 0.75,
            secondScore: 0.25,
            tokenCount: 3,
            unknownShare: 0,
            characterCount: 7,
            latencyMicroseconds: record.latencyMicroseconds
        )
        #expect(record == expected)
    }

    @Test func `Unknown endpoints, no text and too many texts are refused`() async throws {
        let world = try world()
        _ = try await world.deploy("intent/1")
        func code(_ name: String, _ texts: [String]) async -> String {
            do {
                _ = try await world.predictions.classify(endpoint: name, texts: texts)
                return "no error"
            } catch let error as PlatformError {
                return "\(error.code.name) \(error.nextStep)"
            } catch {
                return "\(error)"
            }
        }
        #expect(await code("intnt", ["a"]) == "unknown_endpoint Did you mean 'intent'?")
        #expect(await code("intent", []).hasPrefix("no_text"))
        #expect(await code("intent", Array(repeating: "a", count: 257)).hasPrefix("too_many_texts"))
    }
}
