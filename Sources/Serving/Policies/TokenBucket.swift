/// A rate with a burst: tokens come at `rate` a second up to `burst`, a request takes one.
package struct TokenBucket: Sendable, Hashable {
    private let rate: Double
    private let burst: Double
    private var tokens: Double
    private var filledAt: Double

    /// A full bucket at a moment in seconds of a steady clock.
    package init(rate: Double, burst: Double, at now: Double) {
        self.rate = rate
        self.burst = burst
        tokens = burst
        filledAt = now
    }

    /// Takes a token.
    ///
    /// - Returns: nil, or the seconds after which there will be one.
    package mutating func take(at now: Double) -> Double? {
        // A clock that went back fills nothing.
        tokens = min(burst, tokens + max(0, now - filledAt) * rate)
        filledAt = max(filledAt, now)
        if tokens >= 1 {
            tokens -= 1
            return nil
        }
        return (1 - tokens) / rate
    }

    /// Gives back a token that was taken for a request that another bound then refused.
    package mutating func giveBack() { tokens = min(burst, tokens + 1) }

    /// Whether a pause filled it, so that forgetting it changes nothing.
    package func isFull(at now: Double) -> Bool { tokens + max(0, now - filledAt) * rate >= burst }
}

/// One `RateLimit` at work: its bucket and the requests under way.
package struct LimitState: Sendable, Hashable {
    private let limit: EndpointPolicy.RateLimit
    private var bucket: TokenBucket?
    private var inFlight = 0

    /// Nothing used yet.
    package init(_ limit: EndpointPolicy.RateLimit, at now: Double) {
        self.limit = limit
        bucket = limit.rate.map { TokenBucket(rate: $0, burst: limit.burst, at: now) }
    }

    /// Lets a request in.
    ///
    /// - Returns: nil, or the seconds after which it may be asked again.
    package mutating func enter(at now: Double) -> Double? {
        if let concurrency = limit.concurrency, inFlight >= concurrency { return 1 }
        if let wait = bucket?.take(at: now) { return wait }
        inFlight += 1
        return nil
    }

    /// Ends a request that was let in.
    package mutating func leave() { inFlight -= 1 }

    /// Takes back an entry: the request was refused elsewhere.
    package mutating func undo() {
        inFlight -= 1
        bucket?.giveBack()
    }

    /// Whether forgetting it changes nothing.
    package func isIdle(at now: Double) -> Bool { inFlight == 0 && bucket?.isFull(at: now) ?? true }
}

/// The bounds of an endpoint and of each of its principals.
package struct ThrottleState: Sendable {
    /// The most principals that are kept apart; more share one bucket.
    package static let maximumPrincipals = 10_000
    private static let others = "\u{0}others"

    private let principalLimit: EndpointPolicy.RateLimit?
    private var endpoint: LimitState?
    private var principals: [String: LimitState] = [:]

    /// Nothing used yet.
    package init(endpoint: EndpointPolicy.RateLimit?, principal: EndpointPolicy.RateLimit?, at now: Double) {
        self.endpoint = endpoint.map { LimitState($0, at: now) }
        principalLimit = principal
    }

    /// Lets a request in.
    ///
    /// - Returns: whose bound refused it and the seconds after which it may be asked again, or the key for `leave`.
    package mutating func enter(_ principal: String, at now: Double) -> Result<String?, Refusal> {
        if let wait = endpoint?.enter(at: now) { return .failure(Refusal(isPrincipal: false, seconds: wait)) }
        guard let limit = principalLimit else { return .success(nil) }
        var key = principal
        if principals[key] == nil, principals.count >= Self.maximumPrincipals {
            principals = principals.filter { !$0.value.isIdle(at: now) }
            if principals.count >= Self.maximumPrincipals { key = Self.others }
        }
        if let wait = principals[key, default: LimitState(limit, at: now)].enter(at: now) {
            endpoint?.undo()
            return .failure(Refusal(isPrincipal: true, seconds: wait))
        }
        return .success(key)
    }

    /// Ends a request that was let in; `key` is what `enter` gave.
    package mutating func leave(_ key: String?) {
        endpoint?.leave()
        if let key { principals[key]?.leave() }
    }

    /// Why a request was not let in.
    package struct Refusal: Error, Sendable, Hashable {
        /// Whether the principal's bound refused it, not the endpoint's.
        package let isPrincipal: Bool
        /// When to ask again.
        package let seconds: Double
    }
}
