import Testing

@testable import Serving

struct ThrottleTests {
    private func refused(_ result: Result<String?, ThrottleState.Refusal>) -> ThrottleState.Refusal? {
        if case .failure(let refusal) = result { refusal } else { nil }
    }

    @Test func `A bucket lets its burst through at once and then its rate`() {
        var bucket = TokenBucket(rate: 10, burst: 3, at: 0)
        #expect((0..<4).map { _ in bucket.take(at: 0) } == [nil, nil, nil, 0.1])
        #expect(bucket.take(at: 0.1) == nil)
        #expect(bucket.take(at: 0.05) != nil)
        let through = (0..<100_000).filter { bucket.take(at: 1 + Double($0) / 1000) == nil }.count
        #expect((1000...1004).contains(through))
    }

    @Test func `A principal's bound is its own, and one refused there costs the endpoint nothing`() {
        var state = ThrottleState(
            endpoint: .init(rate: 1, burst: 3, concurrency: nil),
            principal: .init(rate: 1, burst: 1, concurrency: nil),
            at: 0
        )
        #expect(refused(state.enter("ada", at: 0)) == nil)
        #expect(refused(state.enter("ada", at: 0)) == .init(isPrincipal: true, seconds: 1))
        #expect(refused(state.enter("bob", at: 0)) == nil)
        #expect(refused(state.enter("eve", at: 0)) == nil)
        #expect(refused(state.enter("zoe", at: 0)) == .init(isPrincipal: false, seconds: 1))
    }

    @Test func `Requests at one time are bounded until one leaves`() throws {
        var state = ThrottleState(endpoint: .init(rate: nil, burst: 1, concurrency: 2), principal: nil, at: 0)
        let key = try state.enter("ada", at: 0).get()
        #expect(refused(state.enter("bob", at: 0)) == nil)
        #expect(refused(state.enter("eve", at: 0)) == .init(isPrincipal: false, seconds: 1))
        state.leave(key)
        #expect(refused(state.enter("eve", at: 0)) == nil)
    }

    @Test func `More principals than are kept apart share a bucket`() {
        var state = ThrottleState(endpoint: nil, principal: .init(rate: 0.001, burst: 1, concurrency: nil), at: 0)
        for number in 0..<ThrottleState.maximumPrincipals { #expect(refused(state.enter("\(number)", at: 0)) == nil) }
        #expect(refused(state.enter("more", at: 0)) == nil)
        #expect(refused(state.enter("and more", at: 0)) != nil)
    }
}
