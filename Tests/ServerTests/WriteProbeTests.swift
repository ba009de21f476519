import Primitives
import Synchronization
import Testing

@testable import Server

@Suite("Probe of the object store")
struct WriteProbeTests {
    private final class Store: Sendable {
        struct State {
            var writes = 0
            var works = true
            var looks = true
            var now: Int64 = 1_000_000
        }

        let state = Mutex(State())

        func probe() -> WriteProbe {
            WriteProbe(
                time: TimeSource { Timestamp(milliseconds: self.state.withLock { $0.now }) },
                look: { self.state.withLock { $0.looks } },
                write: {
                    await Task.yield()
                    let works = self.state.withLock { state in
                        state.writes += 1
                        return state.works
                    }
                    if !works { throw PlatformError(.diskFull, "no room") }
                }
            )
        }

        func advance(_ milliseconds: Int64) { state.withLock { $0.now += milliseconds } }
        var writes: Int { state.withLock { $0.writes } }
    }

    private let store = Store()

    @Test func `A proof counts for ten seconds, and for no longer`() async throws {
        let probe = store.probe()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { try await probe.check() } }
            try await group.waitForAll()
        }
        #expect(store.writes == 1)
        store.advance(9_999)
        try await probe.check()
        #expect(store.writes == 1)
        store.advance(1)
        try await probe.check()
        #expect(store.writes == 2)
        store.advance(-60_000)
        try await probe.check()
        #expect(store.writes == 3)
    }

    @Test func `A folder that went away is noticed at once, and one that came back within a second`() async throws {
        let probe = store.probe()
        try await probe.check()
        store.state.withLock { state in
            state.looks = false
            state.works = false
        }
        for _ in 0..<3 {
            let failure = await #expect(throws: PlatformError.self) { try await probe.check() }
            #expect(failure?.code == .diskFull)
        }
        #expect(store.writes == 2)
        store.state.withLock { state in
            state.looks = true
            state.works = true
        }
        store.advance(1000)
        try await probe.check()
        #expect(store.writes == 3)
    }
}
