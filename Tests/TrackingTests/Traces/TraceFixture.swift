import Primitives
import Storage
import TestSupport
import Tracking

/// A store of traces over a real database, with a fixed clock and counted identifiers.
struct TraceFixture {
    let database: any DatabaseEngine
    let experiments: ExperimentStore
    let traces: TraceStore

    init() throws {
        database = try TestDatabase.make()
        experiments = ExperimentStore(database: database, time: TestClock.fixed)
        traces = TraceStore(database: database, time: TestClock.fixed, identifiers: TestIdentifiers.counting())
    }

    @discardableResult
    func start(
        _ id: String,
        at moment: Int64 = 0,
        for duration: Int64? = 0,
        state: TraceState = .ok,
        client: String? = nil,
        metadata: [KeyValue] = [],
        tags: [KeyValue] = [],
        experiment: Int64 = 0
    ) async throws -> TraceInfo {
        try await traces.start(
            TraceInfo(
                id: id,
                experimentID: experiment,
                requestTime: moment,
                duration: duration,
                state: state,
                clientRequestID: client,
                metadata: metadata,
                tags: tags
            ),
            actor: "tester"
        )
    }

    func feedback(_ name: String, _ value: OrderedJSON, of trace: String, overrides: String? = nil) async throws
        -> Assessment
    {
        try await traces.create(
            Assessment(
                traceID: trace,
                name: name,
                kind: .feedback,
                value: value,
                createdAt: TestClock.fixed.now(),
                updatedAt: TestClock.fixed.now(),
                source: .init(type: "HUMAN", id: "bob"),
                overrides: overrides
            ),
            actor: "tester"
        )
    }

    func find(_ filter: String?, order: [String] = []) async throws -> String {
        let page = try await traces.search(TraceStore.Query(experiments: [0], filter: filter, order: order))
        return page.elements.map { String($0.id.suffix(1)) }.joined()
    }

    func kinds() async throws -> [String] {
        try await Journal(database: database).entries(after: 0, limit: 100, kindPrefix: nil, subject: nil).map(
            \.event.kind
        )
    }
}

/// A span whose trace and span ids end in small numbers.
func span(
    _ name: String,
    trace: UInt8,
    id: UInt8,
    parent: UInt8? = nil,
    start: Int64 = 1_000_000_000,
    end: Int64 = 2_000_000_000,
    status: TraceSpan.Status = .ok,
    attributes: [(String, OrderedJSON)] = [],
    resource: [(String, OrderedJSON)] = []
) throws -> TraceSpan {
    try TraceSpan(
        traceID: [trace],
        spanID: [id],
        parentID: parent.map { [$0] } ?? [],
        name: name,
        start: start,
        end: end,
        status: status,
        attributes: attributes.map { OrderedJSON.Member($0, $1) },
        resource: resource.map { OrderedJSON.Member($0, $1) }
    )
}

/// The id of the trace of ``span(_:trace:id:parent:start:end:status:attributes:resource:)``.
func traceID(_ trace: UInt8) -> String { "tr-" + Hex.encode([UInt8](repeating: 0, count: 15) + [trace]) }
